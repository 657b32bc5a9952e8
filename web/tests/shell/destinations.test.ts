import { beforeEach, describe, expect, it, vi } from "vitest";
import { defaultLatent } from "../../src/latentSpec";
import { destinationOf } from "../../src/shell/receive";
import { datasets, models, toasts } from "../../src/state";
import type { ViewInput } from "../../src/state";
import { model } from "../models";

const picture = "a".repeat(64);
const mask = "b".repeat(64);
const missing = "c".repeat(64);
const dropped = "d".repeat(64);
const flowers = model();

/** Where a dropped picture with this provenance opens, and whether a message says that something is missing. */
async function opened(provenance: Record<string, unknown> | null): Promise<[ViewInput, boolean]> {
  toasts.value = [];
  const input = await destinationOf({ id: dropped, width: 64, height: 64, provenance });
  return [input, toasts.value.length > 0];
}

const plain: ViewInput = { to: "edit", picture: dropped, model: null, latent: null, edits: [] };

beforeEach(() => {
  models.value = [flowers, model({ id: "causes", kind: "causal", sha256: "1" }), model({ id: "monet", kind: "instant", sha256: "2" })];
  datasets.value = [{ id: "garden", pictures: 9, width: 64, height: 64, channels: 3, attributes: null }];
  vi.stubGlobal("fetch", (url: string) => {
    const stored = [picture, mask].some((id) => url === `http://localhost/v1/pictures/${id}`);
    const error = { type: "not_found", message: "not here", param: null };
    return Promise.resolve(stored ? new Response("png") : Response.json({ error }, { status: 404 }));
  });
});

describe("a dropped picture", () => {
  it("without provenance, or of an unknown kind, opens in Edit", async () => {
    expect(await opened(null)).toEqual([plain, false]);
    expect(await opened({ kind: "garden" })).toEqual([plain, false]);
  });

  it("that was generated opens in Explore, with its latent spec", async () => {
    const latent = { ...defaultLatent, seed: 3, directions: { "pca-1": 2 } };
    const model = { name: "elsewhere", sha256: flowers.sha256 };
    expect(await opened({ kind: "latent", model, latent })).toEqual([{ to: "explore", model: "flowers", latent }, false]);
    const sample = { to: "explore", model: "flowers", latent: { ...defaultLatent, seed: 4, index: 2 } };
    expect(await opened({ kind: "sample", model, seed: 4, index: 2 })).toEqual([sample, false]);
  });

  it("of a model that is not served opens in Edit, with a message", async () => {
    expect(await opened({ kind: "latent", model: { sha256: "0" }, latent: defaultLatent })).toEqual([plain, true]);
    expect(await opened({ kind: "latent", model: "flowers", latent: defaultLatent })).toEqual([plain, true]);
  });

  it("that was edited opens in Edit on its source, with ids in the place of paths", async () => {
    const edits = [{ "select-mask": { file: `/home/studio/pictures/${mask}.png` } }, { along: { model: "models/flowers", amount: 2 } }];
    const read = [{ "select-mask": { file: mask } }, { along: { model: "flowers", amount: 2 } }];
    expect(await opened({ kind: "edit", origin: { sha256: picture }, edits })).toEqual([
      { to: "edit", picture, model: null, latent: null, edits: read },
      false,
    ]);
    const origin = { model: { sha256: flowers.sha256 }, latent: { seed: 5 } };
    expect(await opened({ kind: "edit", origin, edits: [] })).toEqual([
      { to: "edit", picture: null, model: "flowers", latent: { ...defaultLatent, seed: 5 }, edits: [] },
      false,
    ]);
  });

  it("whose edits are forged, or use what is missing, opens as it is", async () => {
    const origin = { sha256: picture };
    for (const edits of ["all", [1], [{ blur: 3 }], [{ paste: { file: missing } }], [{ along: { model: "other" } }]]) {
      expect(await opened({ kind: "edit", origin, edits })).toEqual([plain, true]);
    }
    expect(await opened({ kind: "edit", origin: { sha256: missing }, edits: [] })).toEqual([plain, true]);
  });

  it("that was restyled opens in Restyle with its settings, and defaults for forged ones", async () => {
    const stylization = { styles: [{ style: mask, weight: 0.5 }, { style: missing, weight: 1 }, 3], colour: "much", line: 0.25, mask, seed: 9 };
    const [input] = await opened({ kind: "stylization", origin: { sha256: picture }, stylization });
    expect(input).toEqual({
      to: "restyle",
      picture,
      settings: {
        model: null,
        styles: [{ style: mask, weight: 0.5 }],
        factors: { colour: 1, line: 0.25, texture: 1, content: 0.5 },
        from: {},
        mask,
        scale: 1,
        size: 512,
        seed: 9,
      },
    });
  });

  it("that is a counterfactual opens in What if, with its unit and interventions", async () => {
    const made = (unit: unknown) => opened({ kind: "studio counterfactual", model: "1", unit, do: { sunlight: 0.9, evil: {} } });
    const input = (unit: unknown) => [{ to: "whatif", model: "causes", unit, do: { sunlight: 0.9 } }, false];
    expect(await made({ seed: 4 })).toEqual(input({ seed: 4 }));
    expect(await made({ data: "garden", index: 3 })).toEqual(input({ data: "garden", index: 3 }));
    expect(await made({ picture, attributes: { kind: "rose" } })).toEqual(input({ picture, attributes: { kind: "rose" } }));
    expect(await made({ data: "gone", index: 3 })).toEqual([plain, true]);
    expect(await made("nobody")).toEqual([plain, true]);
  });
});
