import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { circles } from "../../scripts/imports.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imports-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Returns the circles among some files, as text. */
function found(files: Record<string, string>): string[] {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return circles(folder).map((circle) => circle.join(" -> "));
}

it("imports without a circle pass", () => {
  const files = { "a.ts": 'import { b } from "./b";\nimport { c } from "./c";', "b.tsx": 'export * from "./c";', "c.ts": 'import "preact";' };
  expect(found(files)).toEqual([]);
});

it("a circle is found, also one of types or of dynamic imports", () => {
  const files = { "a.ts": 'import type { B } from "./b";', "b.ts": 'const c = import("./c");', "c.ts": 'export { a } from "./a";' };
  expect(found(files)).toEqual(["a.ts -> b.ts -> c.ts -> a.ts"]);
});

it("two circles through one file are both found", () => {
  const files = { "a.ts": 'import "./b";\nimport "./c";', "b.ts": 'import "./a";', "c.ts": 'import "./a";\nimport "./a.css";' };
  expect(found(files)).toEqual(["a.ts -> b.ts -> a.ts", "a.ts -> c.ts -> a.ts"]);
});

it("an import of a file that is not there is an error", () => {
  expect(() => found({ "a.ts": 'import { b } from "./gone";' })).toThrow(/a\.ts imports \.\/gone, which is not there/);
});
