/** Collects pictures from chosen or dropped files, nested folders and archives. */

export interface Found {
  /** The path within the chosen folder; its folders are labels. */
  path: string;
  file: File;
}

const ARCHIVE = /\.(zip|tar|parquet)$/i;
const PICTURE = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif)$/i;
/** Tables of attributes, stored beside the pictures. */
const TABLE = /\.(csv|jsonl?|parquet)$/i;

export const isArchive = (found: Found): boolean => ARCHIVE.test(found.path);

export const isPicture = (file: File): boolean => PICTURE.test(file.name);

/** Returns the supported files of an input field, with their paths within a chosen folder. */
export function filesOfInput(files: File[]): Found[] {
  return supported(files.map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** Returns the supported files of a drop, also those in folders. It must be called before the drop event ends. */
export async function filesOfDrop(dropped: DataTransfer): Promise<Found[]> {
  const entries = [...dropped.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  return supported((await Promise.all(entries.map((entry) => filesIn(entry)))).flat());
}

async function filesIn(entry: FileSystemEntry): Promise<Found[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Found[] = [];
  for (;;) {
    // browsers return at most a hundred entries at a time, and none at the end
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await filesIn(one)));
  }
}

const supported = (all: Found[]): Found[] =>
  all.filter(({ path }) => !/(^|\/)[.]/.test(path) && (PICTURE.test(path) || ARCHIVE.test(path) || TABLE.test(path)));

/** Removes the folder that all files are in from their paths; returns its name, or that of the first file. */
export function withoutRoot(all: Found[]): { name: string; files: Found[] } {
  const [first] = all;
  const root = first?.path.includes("/") ? first.path.slice(0, first.path.indexOf("/") + 1) : "";
  if (!root || !all.every(({ path }) => path.startsWith(root))) {
    return { name: first?.path.replace(/^.*\/|\.\w+$/g, "") ?? "", files: all };
  }
  return { name: root.slice(0, -1), files: all.map(({ path, file }) => ({ path: path.slice(root.length), file })) };
}
