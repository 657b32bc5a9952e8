/** Names of new models and datasets. */

/** Returns the name, with a number appended if one of the existing things has it as its id. */
export function freeName(name: string, existing: { id: string }[] | null): string {
  const taken = new Set(existing?.map(({ id }) => id));
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  return free;
}

/** Returns the name of a file or folder as one that the server accepts for a dataset: at most 50 letters, "pictures" if empty. */
export function validName(name: string): string {
  const clean = name.replace(/[^\p{L}\p{N}_ .-]+/gu, "-").replace(/^[^\p{L}\p{N}_]+/u, "");
  return clean.slice(0, 50) || "pictures";
}
