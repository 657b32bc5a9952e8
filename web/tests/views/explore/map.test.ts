import { describe, expect, it } from "vitest";
import { defaultLatent } from "../../../src/latentSpec";
import { blendAt, moveOnMap, positionOf, seedAt } from "../../../src/views/explore/map";

describe("the map of seeds", () => {
  it("has the base in the middle, and another seed at every other point, the same each time", () => {
    expect(seedAt(42, 0, 0)).toBe(42);
    const seeds = [];
    for (let y = -20; y <= 20; y++) for (let x = -20; x <= 20; x++) seeds.push(seedAt(42, x, y));
    expect(new Set(seeds).size).toBeGreaterThan(1670); // of 1681, with chance collisions among a million
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 1e6)).toBe(true);
    expect(seedAt(42, 3, -5)).toBe(seedAt(42, 3, -5));
    expect(seedAt(43, 3, -5)).not.toBe(seedAt(42, 3, -5));
  });

  it("blends the four seeds around a point by bilinear weights", () => {
    const weights = new Map(blendAt(42, 1.25, -0.5));
    expect(weights.get(seedAt(42, 1, -1))).toBeCloseTo(0.375, 12);
    expect(weights.get(seedAt(42, 2, -1))).toBeCloseTo(0.125, 12);
    expect(weights.get(seedAt(42, 1, 0))).toBeCloseTo(0.375, 12);
    expect(weights.get(seedAt(42, 2, 0))).toBeCloseTo(0.125, 12);
    expect(blendAt(42, 2, 3)).toEqual([[seedAt(42, 2, 3), 1]]);
  });

  it("finds the point of a blend again, wherever it is", () => {
    const start = positionOf({ ...defaultLatent, seed: 7 });
    for (const [x, y] of [[0.3, 0.4], [-2.5, 1.75], [5, -6], [-11.2, 10.9]]) {
      const found = positionOf(moveOnMap(start, x, y).latent);
      expect([found.base, found.x, found.y]).toEqual([7, expect.closeTo(x, 9), expect.closeTo(y, 9)]);
    }
  });

  it("puts a blend of other seeds in the middle", () => {
    const latent = { ...defaultLatent, seed: 7, blend: [[123456, 0.5], [654321, 0.5]] as [number, number][] };
    expect(positionOf(latent)).toEqual({ base: 7, x: 0, y: 0, latent });
  });

  it("has no blend in the middle, where one seed stands alone", () => {
    const moved = moveOnMap(positionOf({ ...defaultLatent, seed: 7, index: 3 }), 0, 0);
    expect(moved.latent).toEqual({ ...defaultLatent, seed: 7 });
  });
});
