import { signal } from "@preact/signals";
import { api, modelPath } from "../../api";
import type { Attribute, Direction, LiveAsk, Model, Place, Value, Values } from "../../types";

/** Small models' frames are sent larger than they are, so that the JPEG does not show. */
const leastSide = 256;
const leastThumbnail = 96;

/** The directions of each model, by its id and hash; null where they could not be had. */
const directions = signal<Record<string, Direction[] | null>>({});

function keyOf(model: Model): string {
  return `${model.id} ${model.sha256}`;
}

/** Undefined until the server has answered. */
export function directionsOf(model: Model): Direction[] | null | undefined {
  return model.can?.includes("directions") ? directions.value[keyOf(model)] : [];
}

export async function loadDirections(model: Model): Promise<void> {
  if (directionsOf(model) !== undefined) return;
  const found = await api
    .get<{ data: Direction[] }>(modelPath(model.id, "/directions"))
    .then((answer) => answer.data)
    .catch(() => null);
  directions.value = { ...directions.value, [keyOf(model)]: found };
}

/** A place without what the model knows nothing of: the hand may have come from another model. */
export function fitted(model: Model, place: Place): Place {
  const known = directionsOf(model)?.map((direction) => direction.name);
  return {
    ...place,
    condition: keptOf(place.condition, (name, value) => accepts(model.attributes ?? [], name, value)),
    directions: known ? keptOf(place.directions, (name) => known.includes(name)) : place.directions,
  };
}

function accepts(attributes: Attribute[], name: string, value: Value): boolean {
  const attribute = attributes.find((one) => one.name === name);
  if (!attribute) return false;
  if (attribute.kind === "caption") return typeof value === "string";
  return attribute.kind === "number" ? typeof value === "number" : (attribute.classes ?? []).includes(String(value));
}

function keptOf<T extends Values>(values: T, test: (name: string, value: Value) => boolean): T {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => test(name, value))) as T;
}

export function askFor(model: Model, place: Place): LiveAsk {
  return { kind: "sample", model: model.id, side: sideOf(model, leastSide), ...fitted(model, place) };
}

export function askSmall(model: Model, place: Place): LiveAsk {
  return { kind: "sample", model: model.id, side: sideOf(model, leastThumbnail), ...fitted(model, place) };
}

function sideOf(model: Model, least: number): number {
  return Math.max(model.width ?? 0, model.height ?? 0, least);
}
