/** The curve of the server's `curves` edit: piecewise cubic, monotone between its points (Fritsch and Butland 1984). */

type Dot = readonly [number, number];

/** Returns the height at `x` of the curve through points that are sorted by x; outside it is constant. */
export function monotoneCubic(points: readonly Dot[], x: number): number {
  const first = points[0];
  const last = points[points.length - 1];
  if (x <= first[0]) return first[1];
  if (x >= last[0]) return last[1];
  const next = points.findIndex((point) => point[0] > x);
  const [x0, y0] = points[next - 1];
  const [x1, y1] = points[next];
  const width = x1 - x0;
  const share = (x - x0) / width;
  const [from, to] = [tangent(points, next - 1), tangent(points, next)];
  // cubic Hermite interpolation on one interval
  return (
    y0 * (1 + 2 * share) * (1 - share) ** 2 +
    width * from * share * (1 - share) ** 2 +
    y1 * share ** 2 * (3 - 2 * share) +
    width * to * share ** 2 * (share - 1)
  );
}

function tangent(points: readonly Dot[], index: number): number {
  const widthAt = (at: number) => points[at + 1][0] - points[at][0];
  const slopeAt = (at: number) => (points[at + 1][1] - points[at][1]) / widthAt(at);
  const last = points.length - 1;
  if (points.length === 2) return slopeAt(0);
  if (index === 0) return endTangent(widthAt(0), widthAt(1), slopeAt(0), slopeAt(1));
  if (index === last) return endTangent(widthAt(last - 1), widthAt(last - 2), slopeAt(last - 1), slopeAt(last - 2));
  const [before, after] = [slopeAt(index - 1), slopeAt(index)];
  if (before * after <= 0) return 0;
  const [one, other] = [2 * widthAt(index) + widthAt(index - 1), widthAt(index) + 2 * widthAt(index - 1)];
  return (one + other) / (one / before + other / after);
}

/** The tangent at an end, from the three points there, limited so that the curve does not overshoot. */
function endTangent(near: number, far: number, slope: number, next: number): number {
  const estimate = ((2 * near + far) * slope - near * next) / (near + far);
  if (Math.sign(estimate) !== Math.sign(slope)) return 0;
  if (Math.sign(slope) !== Math.sign(next) && Math.abs(estimate) > 3 * Math.abs(slope)) return 3 * slope;
  return estimate;
}
