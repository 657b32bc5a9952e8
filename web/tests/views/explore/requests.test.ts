import { expect, it } from "vitest";
import { defaultLatent } from "../../../src/latentSpec";
import type { Attribute } from "../../../src/types";
import { liveRequest, supportedPart, thumbnailRequest } from "../../../src/views/explore/requests";
import { model } from "../../models";

const attribute = (name: string, kind: Attribute["kind"], classes: string[] | null = null): Attribute => ({
  name,
  kind,
  classes,
  minimum: null,
  maximum: null,
  mean: null,
});
const flowers = model({ attributes: [attribute("kind", "label", ["rose", "tulip"]), attribute("height", "number")] });

it("a model gets the conditions that it has, of the right type", () => {
  const condition = (given: Record<string, string | number>) => supportedPart(flowers, { ...defaultLatent, condition: given }).condition;
  expect(condition({ kind: "rose", height: 0.5, age: 3 })).toEqual({ kind: "rose", height: 0.5 });
  expect(condition({ kind: "oak", height: "tall" })).toEqual({});
});

it("a model without directions gets none", () => {
  expect(supportedPart(flowers, { ...defaultLatent, directions: { "pca-1": 2 } }).directions).toEqual({});
});

it("frames of small models are requested enlarged, those of large ones as they are", () => {
  expect(liveRequest(flowers, defaultLatent)).toEqual({ kind: "sample", model: "flowers", side: 256, ...defaultLatent });
  expect(thumbnailRequest(flowers, defaultLatent)).toMatchObject({ side: 96 });
  expect(liveRequest(model({ width: 512, height: 384 }), defaultLatent)).toMatchObject({ side: 512 });
});
