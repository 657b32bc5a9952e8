/** Pictures out of what was chosen or dropped: files, folders with folders in them, archives. */

export interface Found {
  /** Where it is within what was given; the folders in it are labels. */
  path: string;
  file: File;
}

const ARCHIVE = /\.(zip|tar|parquet)$/i;
const PICTURE = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif)$/i;
/** Tables of attributes beside the pictures. */
const TABLE = /\.(csv|jsonl?|parquet)$/i;

export const isArchive = (found: Found): boolean => ARCHIVE.test(found.path);

export const isPicture = (file: File): boolean => PICTURE.test(file.name);

/** Returns files that an input gave; those of a folder know where they were in it. */
export function ofInput(files: File[]): Found[] {
  return kept(files.map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** Returns what was dropped, folders opened. To be called before the drop's event ends. */
export async function ofDrop(dropped: DataTransfer): Promise<Found[]> {
  const entries = [...dropped.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  return kept((await Promise.all(entries.map((entry) => within(entry)))).flat());
}

async function within(entry: FileSystemEntry): Promise<Found[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Found[] = [];
  for (;;) {
    // a browser gives a hundred at a time, and none at the end
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await within(one)));
  }
}

const kept = (all: Found[]): Found[] =>
  all.filter(({ path }) => !/(^|\/)[.]/.test(path) && (PICTURE.test(path) || ARCHIVE.test(path) || TABLE.test(path)));

/** Returns the files without the one folder that all of them are in, and its name. */
export function rooted(all: Found[]): { name: string; files: Found[] } {
  const [first] = all;
  const root = first?.path.includes("/") ? first.path.slice(0, first.path.indexOf("/") + 1) : "";
  if (!root || !all.every(({ path }) => path.startsWith(root))) {
    return { name: first?.path.replace(/^.*\/|\.\w+$/g, "") ?? "", files: all };
  }
  return { name: root.slice(0, -1), files: all.map(({ path, file }) => ({ path: path.slice(root.length), file })) };
}
