/** The curve through points that the server draws too: piecewise cubic, monotone between points (Fritsch and Butland 1984). */

type Dot = readonly [number, number];

export function bend(points: readonly Dot[], x: number): number {
  const first = points[0]!;
  const last = points[points.length - 1]!;
  if (x <= first[0]) return first[1];
  if (x >= last[0]) return last[1];
  const next = points.findIndex((point) => point[0] > x);
  const [x0, y0] = points[next - 1]!;
  const [x1, y1] = points[next]!;
  const wide = x1 - x0;
  const share = (x - x0) / wide;
  const [from, to] = [slope(points, next - 1), slope(points, next)];
  // Hermite's cubic on one interval
  return (
    y0 * (1 + 2 * share) * (1 - share) ** 2 +
    wide * from * share * (1 - share) ** 2 +
    y1 * share ** 2 * (3 - 2 * share) +
    wide * to * share ** 2 * (share - 1)
  );
}

function slope(points: readonly Dot[], index: number): number {
  const wide = (at: number) => points[at + 1]![0] - points[at]![0];
  const rise = (at: number) => (points[at + 1]![1] - points[at]![1]) / wide(at);
  const last = points.length - 1;
  if (points.length === 2) return rise(0);
  if (index === 0) return atEnd(wide(0), wide(1), rise(0), rise(1));
  if (index === last) return atEnd(wide(last - 1), wide(last - 2), rise(last - 1), rise(last - 2));
  const [before, after] = [rise(index - 1), rise(index)];
  if (before * after <= 0) return 0;
  const [one, other] = [2 * wide(index) + wide(index - 1), wide(index) + 2 * wide(index - 1)];
  return (one + other) / (one / before + other / after);
}

/** The slope at an end, of the three points there, kept from overshooting. */
function atEnd(near: number, far: number, rise: number, next: number): number {
  const steep = ((2 * near + far) * rise - near * next) / (near + far);
  if (Math.sign(steep) !== Math.sign(rise)) return 0;
  if (Math.sign(rise) !== Math.sign(next) && Math.abs(steep) > 3 * Math.abs(rise)) return 3 * rise;
  return steep;
}
