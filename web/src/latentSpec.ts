import { isNumber, isObject, numberOr, numbersOf, valuesOf } from "./checks";
import type { LatentSpec } from "./types";

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

/**
 * Reads a latent spec from a picture's provenance: under `latent` (the studio), or beside the rest (the command line).
 * Parts that are missing or invalid have their defaults.
 */
export function latentSpecOf(provenance: Record<string, unknown>): LatentSpec {
  const spec = isObject(provenance.latent) ? provenance.latent : provenance;
  return {
    seed: numberOr(spec.seed, 0),
    index: numberOr(spec.index, 0),
    blend: isBlend(spec.blend) ? spec.blend : null,
    mix: isMix(spec.mix) ? spec.mix : null,
    directions: numbersOf(spec.directions),
    condition: valuesOf(spec.condition),
    truncation: numberOr(spec.truncation, 1),
  };
}

function isBlend(value: unknown): value is [number, number][] {
  const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isNumber);
  return Array.isArray(value) && value.length > 0 && value.every(isPair);
}

function isMix(value: unknown): value is { seed: number; share: number } {
  return isObject(value) && isNumber(value.seed) && isNumber(value.share);
}
