/** Reads what a picture says of how it was made. Anyone may have written it, so nothing in it is taken for granted. */

import { api, ApiError, picturePath } from "../api";
import { models } from "../state";
import type { Edit, Model, ModelKind } from "../types";

export type Said = Record<string, unknown>;

export function isSaid(value: unknown): value is Said {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const id = /^[0-9a-f]{64}$/;
const file = /([0-9a-f]{64})\.\w+$/;

/** The id of a picture that the server names by its path; any other text as it is. */
const idOf = (path: string): string => file.exec(path)?.[1] ?? path;
const lastOf = (path: string): string => path.split(/[\\/]/).at(-1)!;

/** The id of a picture, said as an id or as a path, if the server keeps it. */
export async function pictureSaid(said: unknown): Promise<string | null> {
  const named = typeof said === "string" ? idOf(said) : "";
  if (!id.test(named)) return null;
  try {
    await api.blob(picturePath(named));
    return named;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** A model is known by its hash, or else by its name: paths differ from machine to machine. */
export function modelSaid(kind: ModelKind, sha256: unknown, name: unknown = null): Model | null {
  const all = (models.value ?? []).filter((model) => model.kind === kind);
  const named = typeof name === "string" ? lastOf(name) : null;
  const same = sha256 ? all.find((model) => model.sha256 === sha256) : undefined;
  return same ?? all.find((model) => model.id === named) ?? null;
}

/** Edits as clients ask for them, with ids and names in the place of paths; null where what they use is not here. */
export async function editsSaid(said: unknown): Promise<Edit[] | null> {
  if (!Array.isArray(said) || !said.every(isEdit)) return null;
  const edits = said.map(asAsked);
  const fields = edits.flatMap((edit) => Object.values(edit).flatMap((given) => Object.entries(given)));
  const painters = fields.flatMap(([field, value]) => (field === "model" && value ? [value] : []));
  if (!painters.every((name) => modelSaid("image", null, name))) return null;
  const pictures = fields.map(([, value]) => value).filter((value) => typeof value === "string" && id.test(value));
  const found = await Promise.all([...new Set(pictures)].map(pictureSaid));
  return found.includes(null) ? null : edits;
}

function isEdit(said: unknown): said is Edit {
  return isSaid(said) && Object.values(said).every(isSaid);
}

function asAsked(edit: Edit): Edit {
  const rename = ([field, value]: [string, unknown]): [string, unknown] => {
    if (typeof value !== "string") return [field, value];
    return [field, field === "model" ? lastOf(value) : idOf(value)];
  };
  return Object.fromEntries(
    Object.entries(edit).map(([name, fields]) => [name, Object.fromEntries(Object.entries(fields).map(rename))]),
  );
}
