import { unzipSync, strFromU8 } from "fflate";
import { expect, it } from "vitest";
import { zipped } from "../../../src/views/train/zip";

const found = (path: string, content: string) => ({ path, file: new File([content], path) });

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

it("a zip has the files unchanged under their paths, for another program to read", async () => {
  const files = [found("roses/1.png", "first picture"), found("花/图 2.png", "second"), found("empty.csv", "")];
  const progress: number[] = [];
  const blob = await zipped(files, (share) => progress.push(share));
  const read = unzipSync(await bytesOf(blob));
  expect(Object.entries(read).map(([name, content]) => [name, strFromU8(content)])).toEqual([
    ["roses/1.png", "first picture"],
    ["花/图 2.png", "second"],
    ["empty.csv", ""],
  ]);
  expect(progress).toEqual([1 / 3, 2 / 3, 1]);
  expect(blob.type).toBe("application/zip");
});

it("a zip has the checksum and the size of each file, both before it and in the directory", async () => {
  const bytes = await bytesOf(await zipped([found("a", "123456789")], () => undefined));
  const view = new DataView(bytes.buffer);
  const crc = 0xcbf43926; // the check value of CRC-32 for "123456789"
  expect(view.getUint32(0, true)).toBe(0x04034b50);
  expect([view.getUint32(14, true), view.getUint32(18, true), view.getUint32(22, true)]).toEqual([crc, 9, 9]);
  const directory = 30 + 1 + 9;
  expect(view.getUint32(directory, true)).toBe(0x02014b50);
  expect([view.getUint32(directory + 16, true), view.getUint32(directory + 20, true)]).toEqual([crc, 9]);
  const end = directory + 46 + 1;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  expect([view.getUint16(end + 10, true), view.getUint32(end + 12, true), view.getUint32(end + 16, true)]).toEqual([1, 47, directory]);
  expect(bytes.length).toBe(end + 22);
});

it("a zip of no files is valid", async () => {
  expect(unzipSync(await bytesOf(await zipped([], () => undefined)))).toEqual({});
});
