import type { Place } from "../../types";

/**
 * The map: a plane with a seed on every whole point. Between them lies the blend of the four around, by bilinear weights,
 * so that the picture changes smoothly however far one goes.
 */
export interface Spot {
  /** The seed on the point (0, 0), from which all others follow. */
  base: number;
  x: number;
  y: number;
  place: Place;
}

const seeds = 1_000_000;
const least = 1e-3;

/** The seed on a whole point of the map: the same each time, another at each point. */
export function seedAt(base: number, x: number, y: number): number {
  if (x === 0 && y === 0) return base;
  let hash = Math.imul(base ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(x, 0x27d4eb2f) ^ Math.imul(y, 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) % seeds;
}

/** The seeds around a point and their bilinear weights; those that do not count are left out. */
export function blendAt(base: number, x: number, y: number): [number, number][] {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - left, y - top];
  const around: [number, number][] = [
    [seedAt(base, left, top), (1 - u) * (1 - v)],
    [seedAt(base, left + 1, top), u * (1 - v)],
    [seedAt(base, left, top + 1), (1 - u) * v],
    [seedAt(base, left + 1, top + 1), u * v],
  ];
  return around.filter(([, weight]) => weight > least);
}

/** A spot after going to a point of its map. `seed` stays: attributes that are not asked for are drawn by it. */
export function moved(spot: Spot, x: number, y: number): Spot {
  const blend = x === 0 && y === 0 ? null : blendAt(spot.base, x, y);
  return { ...spot, x, y, place: { ...spot.place, seed: spot.base, index: 0, blend } };
}

/** The spot of a place: where it lies in the map of its seed, or, if it is no place of that map, in the middle. */
export function spotOf(place: Place): Spot {
  const found = place.blend && pointOf(place.seed, place.blend);
  return { base: place.seed, x: found?.x ?? 0, y: found?.y ?? 0, place };
}

/** How far from the middle a blend is looked for. */
const reach = 12;

/** Where in the map of a seed a blend lies. Bilinear weights of points add up to the point they were made for. */
function pointOf(base: number, blend: [number, number][]): { x: number; y: number } | null {
  const weights = new Map(blend);
  const [middle, found] = [{ x: 0, y: 0 }, new Set<number>()];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const seed = seedAt(base, x, y);
      const weight = weights.get(seed);
      if (weight === undefined || found.has(seed)) continue;
      found.add(seed);
      middle.x += weight * x;
      middle.y += weight * y;
    }
  }
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return found.size === weights.size && Math.abs(total - 1) < 0.01 ? middle : null;
}
