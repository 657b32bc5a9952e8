import { describe, expect, it } from "vitest";
import { defaultLatent, latentSpecOf, randomSeed } from "../src/latentSpec";

const full = {
  seed: 7,
  index: 2,
  blend: [[7, 0.25], [9, 0.75]] as [number, number][],
  mix: { seed: 3, share: 0.4 },
  directions: { "pca-1": 2.5 },
  condition: { kind: "rose", height: 0.3 },
  truncation: 0.7,
};

describe("the latent spec of a picture", () => {
  it("is read from the provenance of the studio", () => {
    expect(latentSpecOf({ kind: "latent", latent: full, model: {} })).toEqual(full);
  });

  it("is read from the provenance of the command line, beside the rest", () => {
    expect(latentSpecOf({ kind: "sample", seed: 5, index: 1, condition: { kind: "tulip" }, truncation: 0.9 })).toEqual({
      ...defaultLatent,
      seed: 5,
      index: 1,
      condition: { kind: "tulip" },
      truncation: 0.9,
    });
  });

  it("has defaults for what is missing", () => {
    expect(latentSpecOf({})).toEqual(defaultLatent);
    expect(latentSpecOf({ latent: null })).toEqual(defaultLatent);
  });

  it("has defaults for what is forged", () => {
    const forged = {
      seed: "7",
      index: NaN,
      blend: [[1, "x"], 3],
      mix: { seed: 1 },
      directions: { "pca-1": 2, "pca-2": "far", "pca-3": Infinity },
      condition: { kind: "rose", height: null, evil: { nested: 1 } },
      truncation: [1],
    };
    expect(latentSpecOf({ latent: forged })).toEqual({
      ...defaultLatent,
      directions: { "pca-1": 2 },
      condition: { kind: "rose" },
    });
    expect(latentSpecOf({ latent: { ...full, blend: [], mix: "all", directions: [1], condition: "rose" } })).toEqual({
      ...full,
      blend: null,
      mix: null,
      directions: {},
      condition: {},
    });
  });
});

it("random seeds are whole numbers of at most six digits", () => {
  for (let turn = 0; turn < 100; turn++) {
    const seed = randomSeed();
    expect(Number.isInteger(seed) && seed >= 0 && seed < 1e6).toBe(true);
  }
});
