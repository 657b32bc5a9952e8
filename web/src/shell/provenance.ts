/** Reads the provenance of a picture. Anyone may have written it, so every part is checked. */

import { api, ApiError, picturePath } from "../api";
import { isObject } from "../checks";
import { modelsOf } from "../state";
import type { Edit, Model, ModelKind } from "../types";

/** A record of unknown content. */
export type Provenance = Record<string, unknown>;

const pictureId = /^[0-9a-f]{64}$/;
const pictureFile = /([0-9a-f]{64})\.\w+$/;

/** Returns the id in the path of a stored picture; any other text unchanged. */
const idOf = (path: string): string => pictureFile.exec(path)?.[1] ?? path;
const baseName = (path: string): string => path.split(/[\\/]/).at(-1)!;

/** Returns the id of a picture, referred to by id or path, if the server stores it; else null. */
export async function findPicture(reference: unknown): Promise<string | null> {
  const id = typeof reference === "string" ? idOf(reference) : "";
  if (!pictureId.test(id)) return null;
  try {
    await api.blob(picturePath(id));
    return id;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** Returns the served model with this hash, or else with this name; paths differ between machines. */
export function findModel(kind: ModelKind, sha256: unknown, name: unknown = null): Model | null {
  const all = modelsOf(kind);
  const baseId = typeof name === "string" ? baseName(name) : null;
  const match = sha256 ? all.find((model) => model.sha256 === sha256) : undefined;
  return match ?? all.find((model) => model.id === baseId) ?? null;
}

/** Returns edits with ids and names instead of paths; null if they are invalid, or use a model or picture that is missing. */
export async function readEdits(value: unknown): Promise<Edit[] | null> {
  if (!Array.isArray(value) || !value.every(isEdit)) return null;
  const edits = value.map(withIds);
  const fields = edits.flatMap((edit) => Object.values(edit).flatMap((values) => Object.entries(values)));
  const modelNames = fields.flatMap(([field, value]) => (field === "model" && value ? [value] : []));
  if (!modelNames.every((name) => findModel("image", null, name))) return null;
  const pictures = fields.map(([, value]) => value).filter((value) => typeof value === "string" && pictureId.test(value));
  const found = await Promise.all([...new Set(pictures)].map(findPicture));
  return found.includes(null) ? null : edits;
}

function isEdit(value: unknown): value is Edit {
  return isObject(value) && Object.values(value).every(isObject);
}

function withIds(edit: Edit): Edit {
  const rename = ([field, value]: [string, unknown]): [string, unknown] => {
    if (typeof value !== "string") return [field, value];
    return [field, field === "model" ? baseName(value) : idOf(value)];
  };
  return Object.fromEntries(
    Object.entries(edit).map(([name, fields]) => [name, Object.fromEntries(Object.entries(fields).map(rename))]),
  );
}
