import { describe, expect, it } from "vitest";
import { defaultLatent } from "../../../src/latentSpec";
import type { LatentSpec } from "../../../src/types";
import { interpolate } from "../../../src/views/explore/interpolate";

const latent = (part: Partial<LatentSpec>): LatentSpec => ({ ...defaultLatent, ...part });
const weights = ({ blend }: LatentSpec) => new Map(blend);
const length = (spec: LatentSpec) => Math.hypot(...weights(spec).values());

describe("the way between two latent specs", () => {
  const [from, to] = [latent({ seed: 1 }), latent({ seed: 2 })];

  it("begins at the one and ends at the other", () => {
    expect(interpolate(from, to, 0)).toBe(from);
    expect(interpolate(from, to, 1)).toBe(to);
  });

  it("runs along the circle through two seeds", () => {
    const third = weights(interpolate(from, to, 1 / 3));
    expect(third.get(1)).toBeCloseTo(Math.cos(Math.PI / 6), 12);
    expect(third.get(2)).toBeCloseTo(Math.sin(Math.PI / 6), 12);
    for (const share of [0.1, 0.5, 0.9]) expect(length(interpolate(from, to, share))).toBeCloseTo(1, 12);
  });

  it("resolves a mix into its two seeds", () => {
    const mixed = weights(interpolate(latent({ seed: 1, mix: { seed: 5, share: 0.5 } }), to, 0.5));
    const half = Math.SQRT1_2;
    expect(mixed.get(1)).toBeCloseTo(half * half, 12);
    expect(mixed.get(5)).toBeCloseTo(half * half, 12);
    expect(mixed.get(2)).toBeCloseTo(half, 12);
    expect(interpolate(latent({ mix: { seed: 5, share: 0.5 } }), to, 0.5).mix).toBeNull();
  });

  it("adds the weights of a seed that both have", () => {
    const blend: [number, number][] = [[1, 0.6], [2, 0.8]];
    const both = weights(interpolate(latent({ blend }), latent({ seed: 2 }), 0.5));
    expect(both.get(1)).toBeCloseTo(0.6 * Math.SQRT1_2, 12);
    expect(both.get(2)).toBeCloseTo(1.8 * Math.SQRT1_2, 12);
  });

  it("blends directions and truncation linearly, and keeps the condition of the first", () => {
    const middle = interpolate(
      latent({ directions: { a: 2, b: 1 }, truncation: 1, condition: { kind: "rose" } }),
      latent({ seed: 2, directions: { a: -2, c: 4 }, truncation: 0.5, condition: { kind: "tulip" } }),
      0.25,
    );
    expect(middle.directions).toEqual({ a: 1, b: 0.75, c: 1 });
    expect(middle.truncation).toBeCloseTo(0.875, 12);
    expect(middle.condition).toEqual({ kind: "rose" });
  });

  it("keeps the eight heaviest seeds, as many as the server blends", () => {
    const many = (first: number): [number, number][] => Array.from({ length: 6 }, (_, index) => [first + index, index + 1]);
    const seeds = [...weights(interpolate(latent({ blend: many(10) }), latent({ blend: many(20) }), 0.5)).keys()];
    expect(seeds.sort()).toEqual([12, 13, 14, 15, 22, 23, 24, 25]);
  });
});
