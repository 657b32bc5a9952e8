import type { Place, Values } from "./types";

export const anywhere: Place = {
  seed: 0,
  index: 0,
  blend: null,
  mix: null,
  directions: {},
  condition: {},
  truncation: 1,
};

/** Seeds that a person can read out and type in again. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}

/** The place that a picture's provenance tells of: the studio's (`place`), or the command line's (`seed`, `index` ...). */
export function placeOf(said: Record<string, unknown>): Place {
  const told = (typeof said.place === "object" && said.place !== null ? said.place : said) as Partial<Place>;
  return {
    seed: number(told.seed, 0),
    index: number(told.index, 0),
    blend: Array.isArray(told.blend) ? told.blend : null,
    mix: told.mix ?? null,
    directions: told.directions ?? {},
    condition: values(told.condition),
    truncation: number(told.truncation, 1),
  };
}

export function number(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

export function values(value: unknown): Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : {};
}
