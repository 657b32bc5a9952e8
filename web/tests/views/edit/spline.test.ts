import { describe, expect, it } from "vitest";
import { monotoneCubic } from "../../../src/views/edit/spline";

type Dots = [number, number][];

/** Values of scipy.interpolate.PchipInterpolator, which the server's `curves` edit uses. */
const scipy: { points: Dots; values: Dots }[] = [
  {
    points: [[0, 0], [0.25, 0.1], [0.6, 0.9], [1, 1]],
    values: [[0.15, 0.04120956], [0.3, 0.16557721], [0.45, 0.58672678], [0.7, 0.94143762], [0.85, 0.98449226]],
  },
  {
    points: [[0.1, 0.2], [0.5, 0.8], [0.9, 0.3]],
    values: [[0.15, 0.33583984], [0.3, 0.64375], [0.45, 0.78994141], [0.7, 0.68125], [0.85, 0.42197266]],
  },
  { points: [[0, 0.3], [1, 0.7]], values: [[0.15, 0.36], [0.45, 0.48], [0.85, 0.64]] },
  {
    points: [[0, 0], [0.1, 0.9], [0.2, 0.95], [1, 1]],
    values: [[0.15, 0.93510241], [0.3, 0.96280404], [0.45, 0.97804219], [0.85, 0.99856611]],
  },
];

describe("the curve through points", () => {
  it.each(scipy)("is that of the server for $points", ({ points, values }) => {
    for (const [x, y] of values) expect(monotoneCubic(points, x)).toBeCloseTo(y, 7);
  });

  it.each(scipy)("goes through its points $points", ({ points }) => {
    for (const [x, y] of points) expect(monotoneCubic(points, x)).toBeCloseTo(y, 12);
  });

  it("is constant outside its points", () => {
    const points: Dots = [[0.1, 0.2], [0.5, 0.8], [0.9, 0.3]];
    expect(monotoneCubic(points, 0)).toBe(0.2);
    expect(monotoneCubic(points, 1)).toBe(0.3);
  });

  it("never leaves the range of its points, where an ordinary cubic would", () => {
    const points: Dots = [[0, 0], [0.1, 0.9], [0.2, 0.95], [1, 1]];
    const heights = Array.from({ length: 1001 }, (_, step) => monotoneCubic(points, step / 1000));
    expect(Math.max(...heights)).toBeLessThanOrEqual(1);
    expect(heights.every((height, step) => step === 0 || height >= heights[step - 1])).toBe(true);
  });
});
