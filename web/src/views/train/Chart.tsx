import { useState } from "preact/hooks";
import type { Series } from "./history";

interface ChartProps {
  title: string;
  /** The label of the horizontal axis. */
  xLabel: string;
  series: Series[];
}

const WIDTH = 320;
const HEIGHT = 150;
const PAD = { left: 46, right: 10, top: 8, bottom: 22 };
/** Dashes distinguish the lines also without colours. */
const DASHES = ["", "6 3", "2 3", "8 3 2 3"];

/** One measure of one or more runs, a line each. The values under the pointer are shown beside the title. */
export function Chart({ title, xLabel: across, series }: ChartProps) {
  const [cursor, setCursor] = useState<number | null>(null);
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
    setCursor(left + ((share - PAD.left) / (WIDTH - PAD.left - PAD.right)) * (right - left));
  };
  const summary = series.map((one) => `${series.length > 1 ? `${one.name}: ` : ""}${shortNumber(nearest(one.points, cursor ?? right)[1])}`);

  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong> <span class="muted">{summary.join(" · ")}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${title}: ${summary.join(", ")}`}
        onPointerMove={point}
        onPointerLeave={() => setCursor(null)}
      >
        {levels.map((value) => (
          <g key={value}>
            <line class="rule" x1={PAD.left} x2={WIDTH - PAD.right} y1={y(value)} y2={y(value)} />
            <text x={PAD.left - 6} y={y(value) + 4} text-anchor="end">
              {shortNumber(value)}
            </text>
          </g>
        ))}
        <text x={PAD.left} y={HEIGHT - 6}>
          {shortNumber(left)}
        </text>
        <text x={WIDTH - PAD.right} y={HEIGHT - 6} text-anchor="end">
          {right === left ? across : `${shortNumber(right)} ${across}`}
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
        {cursor !== null && <line class="cursor" x1={x(cursor)} x2={x(cursor)} y1={PAD.top} y2={HEIGHT - PAD.bottom} />}
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

export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(0)}k`;
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return size >= 1 ? value.toFixed(2) : value.toPrecision(2);
}
