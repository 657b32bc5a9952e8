// Finds files that import themselves through others. Imports of types alone and dynamic imports count, too.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import ts from "typescript";

const endings = ["", ".ts", ".tsx", "/index.ts", "/index.tsx"];

/** @param {string} path */
const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/**
 * Returns the source files that a file imports; packages and style sheets are left out.
 * @param {string} file
 */
function importsOf(file) {
  const names = ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles.map(({ fileName }) => fileName);
  return names
    .filter((name) => name.startsWith(".") && !/\.(css|svg)$/.test(name))
    .map((name) => {
      const found = endings.map((ending) => resolve(dirname(file), name) + ending).find(isFile);
      if (!found) throw new Error(`${file} imports ${name}, which is not there`);
      return found;
    });
}

/**
 * Returns the import circles of a folder's TypeScript files, each a list of paths that ends where it begins.
 * @param {string} folder
 */
export function circles(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  /** @type {string[][]} */
  const found = [];
  /** @type {string[]} */
  const path = [];
  const visited = new Set();
  /** @param {string} file */
  const visit = (file) => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file]);
    if (visited.has(file)) return;
    visited.add(file);
    path.push(file);
    importsOf(file).forEach(visit);
    path.pop();
  };
  files.sort().forEach((name) => visit(resolve(folder, name)));
  return found.map((circle) => circle.map((file) => relative(folder, file)));
}
