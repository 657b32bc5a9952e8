import { useState } from "preact/hooks";
import type { Series } from "./history";

interface ChartProps {
  title: string;
  /** Words under the horizontal axis. */
  across: string;
  series: Series[];
}

const WIDTH = 320;
const HEIGHT = 150;
const PAD = { left: 46, right: 10, top: 8, bottom: 22 };
/** Told apart by those who see no colours too, by their dashes. */
const DASHES = ["", "6 3", "2 3", "8 3 2 3"];

/** One figure of one or more runs, as lines. The value under the pointer is said below the title. */
export function Chart({ title, across, series }: ChartProps) {
  const [at, setAt] = useState<number | null>(null);
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) return null;
  const [left, right] = extent(points.map(([x]) => x));
  const [low, high] = extent(points.map(([, y]) => y));
  const levels = low === high ? [low] : [low, (low + high) / 2, high];
  const x = (value: number) => PAD.left + ((value - left) / (right - left || 1)) * (WIDTH - PAD.left - PAD.right);
  const y = (value: number) => HEIGHT - PAD.bottom - ((value - low) / (high - low || 1)) * (HEIGHT - PAD.top - PAD.bottom);

  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width) * WIDTH;
    setAt(left + ((share - PAD.left) / (WIDTH - PAD.left - PAD.right)) * (right - left));
  };
  const said = series.map((one) => `${series.length > 1 ? `${one.name}: ` : ""}${short(nearest(one.points, at ?? right)[1])}`);

  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong> <span class="muted">{said.join(" · ")}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${title}: ${said.join(", ")}`}
        onPointerMove={point}
        onPointerLeave={() => setAt(null)}
      >
        {levels.map((value) => (
          <g key={value}>
            <line class="rule" x1={PAD.left} x2={WIDTH - PAD.right} y1={y(value)} y2={y(value)} />
            <text x={PAD.left - 6} y={y(value) + 4} text-anchor="end">
              {short(value)}
            </text>
          </g>
        ))}
        <text x={PAD.left} y={HEIGHT - 6}>
          {short(left)}
        </text>
        <text x={WIDTH - PAD.right} y={HEIGHT - 6} text-anchor="end">
          {right === left ? across : `${short(right)} ${across}`}
        </text>
        {series.map(({ name, points: [only, ...others] }) =>
          only && others.length === 0 ? <circle key={name} class="dot" cx={x(only[0])} cy={y(only[1])} r={2.5} /> : null,
        )}
        {series.map((one, index) => (
          <polyline
            key={one.name}
            class={`line line-${index % 4}`}
            stroke-dasharray={DASHES[index % 4]}
            points={one.points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" ")}
          />
        ))}
        {at !== null && <line class="cursor" x1={x(at)} x2={x(at)} y1={PAD.top} y2={HEIGHT - PAD.bottom} />}
      </svg>
    </figure>
  );
}

function extent(values: number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

function nearest(points: [number, number][], at: number): [number, number] {
  return points.reduce((best, one) => (Math.abs(one[0] - at) < Math.abs(best[0] - at) ? one : best), points[0] ?? [0, NaN]);
}

export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(0)}k`;
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return size >= 1 ? value.toFixed(2) : value.toPrecision(2);
}
