import type { LatentSpec, Values } from "./types";

/** Seed 0, unchanged. */
export const defaultLatent: LatentSpec = {
  seed: 0,
  index: 0,
  blend: null,
  mix: null,
  directions: {},
  condition: {},
  truncation: 1,
};

/** Returns a seed of at most six digits, short enough to read out and type in again. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}

/** Reads a latent spec from a picture's provenance: under `latent` (the studio), or beside the rest (the command line). */
export function latentSpecOf(provenance: Record<string, unknown>): LatentSpec {
  const { latent } = provenance;
  const spec = (typeof latent === "object" && latent !== null ? latent : provenance) as Partial<LatentSpec>;
  return {
    seed: numberOr(spec.seed, 0),
    index: numberOr(spec.index, 0),
    blend: Array.isArray(spec.blend) ? spec.blend : null,
    mix: spec.mix ?? null,
    directions: spec.directions ?? {},
    condition: valuesOf(spec.condition),
    truncation: numberOr(spec.truncation, 1),
  };
}

/** Returns a finite number as it is, and the fallback for anything else. */
export function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

/** Returns an object as it is, and an empty one for anything else. */
export function valuesOf(value: unknown): Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : {};
}
