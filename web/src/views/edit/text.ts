/** A list of edits as text: a `limner edit` command, or YAML for its `--recipe`. */

import type { Edit, Fields, Operation, Value } from "./catalogue";

/** Gives each uploaded picture a file name, in the order in which edits refer to them. */
export class FileNames {
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

/** Returns the fields of an edit that differ from their defaults. */
function nonDefaultFields(edit: Edit, operations: Operation[]): Fields {
  const properties = operations.find((one) => one.name === edit.name)?.fields.properties ?? {};
  const differs = ([name, value]: [string, Value]) =>
    value !== null && JSON.stringify(properties[name]?.default ?? null) !== JSON.stringify(value);
  const empty = (value: Value) => typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(edit.fields).filter((one) => differs(one) && !empty(one[1])));
}

/** Returns a value as YAML on one line; a string is quoted where YAML would read something else. */
function yamlValue(value: Value): string {
  if (typeof value === "string") return /^[A-Za-z][\w./-]*$/.test(value) && !YAML_KEYWORDS.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => yamlValue(one)).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value).map(([name, one]) => `${name}: ${yamlValue(one)}`).join(", ")}}`;
  }
  return String(value);
}

const YAML_KEYWORDS = /^(y|n|yes|no|on|off|true|false|null)$/i;

/** Returns a word of a shell command, quoted if necessary. */
const shellQuoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** Returns edits as YAML, one a line. */
export function asYaml(edits: Edit[], operations: Operation[], files: FileNames): string {
  return edits
    .map((edit) => {
      const fields = Object.entries(fieldsWithFiles(edit, operations, files));
      if (fields.length === 0) return `- ${edit.name}\n`;
      return `- ${edit.name}: {${fields.map(([name, value]) => `${name}: ${yamlValue(value)}`).join(", ")}}\n`;
    })
    .join("");
}

/** Returns edits as a `limner edit` command. */
export function asCommand(input: string, edits: Edit[], operations: Operation[], files: FileNames): string {
  const parts = edits.map((edit) => {
    const fields = Object.entries(fieldsWithFiles(edit, operations, files));
    // YAML needs quotes around a colour, because # begins a comment; the command accepts it without
    const bare = (value: Value) => (typeof value === "string" && value.startsWith("#") ? value : yamlValue(value));
    const settings = fields.map(([name, value]) => `${name}=${bare(value)}`).join(",");
    return `--op ${shellQuoted(settings ? `${edit.name}:${settings}` : edit.name)}`;
  });
  return ["limner edit", input, "out.png", ...parts].join(" ");
}

function fieldsWithFiles(edit: Edit, operations: Operation[], files: FileNames): Fields {
  const fields = nonDefaultFields(edit, operations);
  for (const name of ["file", "by"]) {
    const value = fields[name];
    if (typeof value === "string") fields[name] = files.name(value, edit.name);
  }
  return fields;
}
