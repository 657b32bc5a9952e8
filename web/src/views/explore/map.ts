import type { LatentSpec } from "../../types";

/**
 * A position on the map: a plane with a seed at every integer point. Between them the four seeds around are blended by
 * bilinear weights, so that the picture changes smoothly in every direction, without an end.
 */
export interface MapPosition {
  /** The seed at the point (0, 0), from which all others are derived. */
  base: number;
  x: number;
  y: number;
  latent: LatentSpec;
}

const seedCount = 1_000_000;
const minWeight = 1e-3;

/** Returns the seed at an integer point of the map: a hash of `base` and the point. */
export function seedAt(base: number, x: number, y: number): number {
  if (x === 0 && y === 0) return base;
  return hash32(hash32(hash32(base) ^ x) ^ y) % seedCount;
}

/** Mixes 32 bits without collisions (the finaliser of MurmurHash3, after an offset). */
function hash32(value: number): number {
  let hash = (value + 0x9e3779b9) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Returns the seeds around a point and their bilinear weights; negligible weights are left out. */
export function blendAt(base: number, x: number, y: number): [number, number][] {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - left, y - top];
  const around: [number, number][] = [
    [seedAt(base, left, top), (1 - u) * (1 - v)],
    [seedAt(base, left + 1, top), u * (1 - v)],
    [seedAt(base, left, top + 1), (1 - u) * v],
    [seedAt(base, left + 1, top + 1), u * v],
  ];
  return around.filter(([, weight]) => weight > minWeight);
}

/** Returns a position moved to another point of its map. `seed` stays: unset attributes are sampled with it. */
export function moveOnMap(position: MapPosition, x: number, y: number): MapPosition {
  const blend = x === 0 && y === 0 ? null : blendAt(position.base, x, y);
  return { ...position, x, y, latent: { ...position.latent, seed: position.base, index: 0, blend } };
}

/** Returns the position of a latent spec on the map of its seed, or the middle if its blend is not of that map. */
export function positionOf(latent: LatentSpec): MapPosition {
  const found = latent.blend && findPoint(latent.seed, latent.blend);
  return { base: latent.seed, x: found?.x ?? 0, y: found?.y ?? 0, latent };
}

/** How far from the middle a blend is searched for. */
const searchRadius = 12;

/** Returns the point of a blend on the map of a seed: the mean of the seeds' points, weighted by the blend. */
function findPoint(base: number, blend: [number, number][]): { x: number; y: number } | null {
  const weights = new Map(blend);
  const [mean, found] = [{ x: 0, y: 0 }, new Set<number>()];
  for (let y = -searchRadius; y <= searchRadius; y++) {
    for (let x = -searchRadius; x <= searchRadius; x++) {
      const seed = seedAt(base, x, y);
      const weight = weights.get(seed);
      if (weight === undefined || found.has(seed)) continue;
      found.add(seed);
      mean.x += weight * x;
      mean.y += weight * y;
    }
  }
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return found.size === weights.size && Math.abs(total - 1) < 0.01 ? mean : null;
}
