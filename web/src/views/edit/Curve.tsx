import { useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { ResetButton } from "../../ui";
import { monotoneCubic } from "./spline";

type Dot = [number, number];

interface CurveProps {
  label: string;
  points: Dot[];
  onChange: (points: Dot[]) => void;
}

const SIDE = 200;
const MIN_GAP = 0.02;
const STEP = 0.02;
const IDENTITY: Dot[] = [[0, 0], [0.5, 0.5], [1, 1]]; // prettier-ignore

/** A tone curve through points that can be dragged; a double click adds or removes a point. */
export function Curve({ label, points, onChange }: CurveProps) {
  const svg = useRef<SVGSVGElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);

  const pointAt = (event: MouseEvent): Dot => {
    const box = svg.current!.getBoundingClientRect();
    return [clamp((event.clientX - box.left) / box.width), clamp(1 - (event.clientY - box.top) / box.height)];
  };

  const move = (index: number, [x, y]: Dot) => {
    const least = index > 0 ? points[index - 1][0] + MIN_GAP : 0;
    const most = index < points.length - 1 ? points[index + 1][0] - MIN_GAP : 1;
    const moved: Dot = [round(Math.min(most, Math.max(least, x))), round(clamp(y))];
    onChange(points.map((point, other) => (other === index ? moved : point)));
  };

  const removePoint = (index: number) => points.length > 2 && onChange(points.filter((_, other) => other !== index));

  const addPoint = (event: MouseEvent) => {
    const [x, y] = pointAt(event);
    if (points.some((point) => Math.abs(point[0] - x) < MIN_GAP)) return;
    onChange([...points, [round(x), round(y)] as Dot].sort((one, other) => one[0] - other[0]));
  };

  const key = (event: KeyboardEvent, index: number) => {
    const [right, up] = ARROWS[event.key] ?? [0, 0];
    const [x, y] = points[index];
    if (right || up) move(index, [x + right * STEP, y + up * STEP]);
    else if (event.key === "Delete" || event.key === "Backspace") removePoint(index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="stack curve">
      <span class="muted">{label}</span>
      <svg
        ref={svg}
        viewBox={`-8 -8 ${SIDE + 16} ${SIDE + 16}`}
        role="group"
        aria-label={label}
        onDblClick={(event) => event.target === svg.current && addPoint(event)}
        onPointerMove={(event) => dragged !== null && move(dragged, pointAt(event))}
        onPointerUp={() => setDragged(null)}
        onPointerLeave={() => setDragged(null)}
      >
        <path class="grid" d="M0 0H200V200H0zM50 0V200M100 0V200M150 0V200M0 50H200M0 100H200M0 150H200M0 200L200 0" />
        <path class="bend" d={path(points)} />
        {points.map(([x, y], index) => (
          <circle
            key={index}
            cx={x * SIDE}
            cy={(1 - y) * SIDE}
            r={dragged === index ? 7 : 6}
            tabIndex={0}
            data-arrows
            role="slider"
            aria-label={t("edit.curve.point", { index: index + 1 })}
            aria-valuenow={Math.round(100 * y)}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuetext={`${x.toFixed(2)} → ${y.toFixed(2)}`}
            onPointerDown={() => setDragged(index)}
            onDblClick={() => removePoint(index)}
            onKeyDown={(event) => key(event, index)}
          />
        ))}
      </svg>
      <div class="row spread">
        <span class="muted small">{t("edit.curve.how")}</span>
        <ResetButton onClick={() => onChange(structuredClone(IDENTITY))} />
      </div>
    </div>
  );
}

const ARROWS: Record<string, Dot> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
const round = (value: number): number => Math.round(1000 * value) / 1000;

function path(points: Dot[]): string {
  const steps = Array.from({ length: 65 }, (_, step) => step / 64);
  return steps.map((x, step) => `${step ? "L" : "M"}${x * SIDE} ${(1 - monotoneCubic(points, x)) * SIDE}`).join("");
}
