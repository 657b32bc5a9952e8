import { describe, expect, it } from "vitest";
import { filesOfDrop, filesOfInput, isArchive, isPicture, withoutRoot } from "../../../src/views/train/collect";

function file(path: string): File {
  const made = new File([path], path.replace(/^.*\//, ""));
  Object.defineProperty(made, "webkitRelativePath", { value: path.includes("/") ? path : "" });
  return made;
}

const paths = (found: { path: string }[]) => found.map(({ path }) => path);

describe("chosen files", () => {
  it("are pictures, archives and tables, with their paths, and nothing hidden", () => {
    const chosen = ["a.PNG", "b.jpeg", "c.txt", ".d.png", "set/rose/e.webp", "set/.git/f.png", "set/labels.csv", "g.zip", "h.exe"];
    expect(paths(filesOfInput(chosen.map(file)))).toEqual(["a.PNG", "b.jpeg", "set/rose/e.webp", "set/labels.csv", "g.zip"]);
  });

  it("know whether they are archives or pictures", () => {
    expect(filesOfInput([file("a.zip"), file("b.png"), file("c.parquet")]).map(isArchive)).toEqual([true, false, true]);
    expect([file("a.tiff"), file("a.zip")].map(isPicture)).toEqual([true, false]);
  });

  it("lose the folder that all of them are in, which names the dataset", () => {
    const inside = withoutRoot(filesOfInput(["set/rose/1.png", "set/2.png"].map(file)));
    expect([inside.name, paths(inside.files)]).toEqual(["set", ["rose/1.png", "2.png"]]);
    const apart = withoutRoot(filesOfInput(["set/1.png", "other/2.png"].map(file)));
    expect([apart.name, paths(apart.files)]).toEqual(["1", ["set/1.png", "other/2.png"]]);
    expect(withoutRoot([])).toEqual({ name: "", files: [] });
  });
});

/** A dropped folder as browsers give it: entries in portions, and an empty portion at the end. */
function folder(path: string, portions: unknown[][]): FileSystemEntry {
  const rest = [...portions, []];
  const readEntries = (resolve: (entries: unknown[]) => void) => resolve(rest.shift()!);
  return { isFile: false, fullPath: path, createReader: () => ({ readEntries }) } as unknown as FileSystemEntry;
}

function entry(path: string): FileSystemEntry {
  return { isFile: true, fullPath: path, file: (resolve: (file: File) => void) => resolve(file(path)) } as unknown as FileSystemEntry;
}

it("dropped folders are read to their end, with the folders in them", async () => {
  const set = folder("/set", [[entry("/set/1.png"), folder("/set/rose", [[entry("/set/rose/2.png")]])], [entry("/set/3.png")]]);
  const items = [{ webkitGetAsEntry: () => set }, { webkitGetAsEntry: () => null }];
  const found = await filesOfDrop({ items } as unknown as DataTransfer);
  expect(paths(found)).toEqual(["set/1.png", "set/rose/2.png", "set/3.png"]);
});
