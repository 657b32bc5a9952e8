import { signal } from "@preact/signals";
import { api, modelPath } from "../../api";
import type { Attribute, Direction, LiveRequest, Model, LatentSpec, Value, Values } from "../../types";

/** Frames of small models are requested enlarged, so that JPEG artefacts are not visible. */
const minSide = 256;
const minThumbnailSide = 96;

/** The directions of each model, by its id and hash; null where they could not be loaded. */
const directions = signal<Record<string, Direction[] | null>>({});

function keyOf(model: Model): string {
  return `${model.id} ${model.sha256}`;
}

/** Returns the directions of a model: undefined until the server has answered, null if that failed. */
export function directionsOf(model: Model): Direction[] | null | undefined {
  return model.can?.includes("directions") ? directions.value[keyOf(model)] : [];
}

const loading = new Set<string>();

/** Loads the directions of a model once. */
export async function loadDirections(model: Model): Promise<void> {
  if (directionsOf(model) !== undefined || loading.has(keyOf(model))) return;
  loading.add(keyOf(model));
  const found = await api
    .get<{ data: Direction[] }>(modelPath(model.id, "/directions"))
    .then((answer) => answer.data)
    .catch(() => null);
  directions.value = { ...directions.value, [keyOf(model)]: found };
}

/** Returns a latent spec without the conditions and directions that the model does not have; it may be of another model. */
export function supportedPart(model: Model, latent: LatentSpec): LatentSpec {
  const known = directionsOf(model)?.map((direction) => direction.name);
  return {
    ...latent,
    condition: filterValues(latent.condition, (name, value) => accepts(model.attributes ?? [], name, value)),
    directions: known ? filterValues(latent.directions, (name) => known.includes(name)) : latent.directions,
  };
}

function accepts(attributes: Attribute[], name: string, value: Value): boolean {
  const attribute = attributes.find((one) => one.name === name);
  if (!attribute) return false;
  if (attribute.kind === "caption") return typeof value === "string";
  return attribute.kind === "number" ? typeof value === "number" : (attribute.classes ?? []).includes(String(value));
}

function filterValues<T extends Values>(values: T, test: (name: string, value: Value) => boolean): T {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => test(name, value))) as T;
}

/** Returns the live request for the main picture. */
export function liveRequest(model: Model, latent: LatentSpec): LiveRequest {
  return { kind: "sample", model: model.id, side: sideOf(model, minSide), ...supportedPart(model, latent) };
}

/** Returns the live request for a thumbnail. */
export function thumbnailRequest(model: Model, latent: LatentSpec): LiveRequest {
  return { kind: "sample", model: model.id, side: sideOf(model, minThumbnailSide), ...supportedPart(model, latent) };
}

function sideOf(model: Model, least: number): number {
  return Math.max(model.width ?? 0, model.height ?? 0, least);
}
