/** A list of edits as a person would write it: a `limner edit` command, or YAML for `--recipe`. */

import type { Edit, Fields, Operation, Value } from "./catalogue";

/** Names the pictures of the server as files, in the order in which edits name them. */
export class Files {
  readonly names = new Map<string, string>();

  constructor(readonly uploaded: ReadonlySet<string>) {}

  name(value: string, edit: string): string {
    if (!this.uploaded.has(value)) return value;
    const known = this.names.get(value);
    if (known) return known;
    const name = `${edit === "select-mask" ? "mask" : "picture"}-${this.names.size + 1}.png`;
    this.names.set(value, name);
    return name;
  }
}

/** Returns the fields of an edit that are not what they would be anyway. */
function told(edit: Edit, operations: Operation[]): Fields {
  const properties = operations.find((one) => one.name === edit.name)?.fields.properties ?? {};
  const differs = ([name, value]: [string, Value]) =>
    value !== null && JSON.stringify(properties[name]?.default ?? null) !== JSON.stringify(value);
  const empty = (value: Value) => typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(edit.fields).filter((one) => differs(one) && !empty(one[1])));
}

/** A value as YAML on one line; a text is quoted where YAML would read something else. */
function flow(value: Value): string {
  if (typeof value === "string") return /^[A-Za-z][\w./-]*$/.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => flow(one)).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value).map(([name, one]) => `${name}: ${flow(one)}`).join(", ")}}`;
  }
  return String(value);
}

const WORDS = /^(y|n|yes|no|on|off|true|false|null)$/i;

/** As in a shell: quoted where it must be. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

export function asYaml(edits: Edit[], operations: Operation[], files: Files): string {
  return edits
    .map((edit) => {
      const fields = Object.entries(named(edit, operations, files));
      if (fields.length === 0) return `- ${edit.name}\n`;
      return `- ${edit.name}: {${fields.map(([name, value]) => `${name}: ${flow(value)}`).join(", ")}}\n`;
    })
    .join("");
}

export function asCommand(input: string, edits: Edit[], operations: Operation[], files: Files): string {
  const parts = edits.map((edit) => {
    const fields = Object.entries(named(edit, operations, files));
    // a colour begins a comment in YAML, so the command takes it bare
    const bare = (value: Value) => (typeof value === "string" && value.startsWith("#") ? value : flow(value));
    const said = fields.map(([name, value]) => `${name}=${bare(value)}`).join(",");
    return `--op ${quoted(said ? `${edit.name}:${said}` : edit.name)}`;
  });
  return ["limner edit", input, "out.png", ...parts].join(" ");
}

function named(edit: Edit, operations: Operation[], files: Files): Fields {
  const fields = told(edit, operations);
  for (const name of ["file", "by"]) {
    const value = fields[name];
    if (typeof value === "string") fields[name] = files.name(value, edit.name);
  }
  return fields;
}
