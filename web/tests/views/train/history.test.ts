import { expect, it } from "vitest";
import { curves, type Row } from "../../../src/views/train/history";

it("the curves of a history are by pictures, without its axes", () => {
  const rows: Row[] = [
    { step: 1, pictures: 32, seconds: 0.5, rate: 64, negative_elbo: 900, kl: 12 },
    { step: 2, pictures: 64, seconds: 1, rate: 64, negative_elbo: 800, kl: 14 },
    { step: 2, pictures: 64, held_out_negative_elbo: 850 },
  ];
  expect([...curves(rows)]).toEqual([
    ["negative_elbo", [[32, 900], [64, 800]]],
    ["kl", [[32, 12], [64, 14]]],
    ["held_out_negative_elbo", [[64, 850]]],
  ]);
});

it("the curves of a history have no values that are not finite, and go by steps where pictures are not counted", () => {
  const rows: Row[] = [{ step: 5, loss: NaN }, { step: 6, loss: 2 }, { step: 7, loss: null as unknown as number }, { step: 8, loss: Infinity }];
  expect([...curves(rows)]).toEqual([["loss", [[6, 2]]]]);
});

it("an empty history has no curves", () => {
  expect(curves([]).size).toBe(0);
});
