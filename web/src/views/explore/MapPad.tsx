import { useRef } from "preact/hooks";
import { t } from "../../i18n";
import { anywhere } from "../../place";
import { Thumbnail } from "../../ui";
import type { Model } from "../../types";
import { askSmall } from "./asking";
import { seedAt } from "./map";
import { atRest, keep, moveTo, spot } from "./studio";

/** How many cells of the map are in sight, and how near the hand may come to the edge before the map moves on. */
const span = 2;
const margin = 0.15;

interface Point {
  x: number;
  y: number;
}

/** The map of seeds around the picture: drag, and the picture follows; past the edge, the map moves on. */
export function MapPad({ model }: { model: Model }) {
  const pad = useRef<HTMLDivElement>(null);
  const grip = useRef<Point | null>(null);
  const { x, y, base } = spot.value;
  const view = useRef({ base: NaN, corner: { x: 0, y: 0 } });
  const before = view.current.base === base ? view.current.corner : { x: x - span / 2, y: y - span / 2 };
  view.current = { base, corner: inSight(before, { x, y }) };
  const { x: left, y: top } = view.current.corner;

  /** While the hand drags, the point under it is counted from where the map was when it went down. */
  const follow = (event: PointerEvent, from: Point) => {
    const box = pad.current!.getBoundingClientRect();
    const share = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
    moveTo(from.x + share.x * span, from.y + share.y * span);
  };
  const press = (event: PointerEvent) => {
    pad.current!.setPointerCapture(event.pointerId);
    grip.current = view.current.corner;
    follow(event, grip.current);
  };
  const release = () => {
    grip.current = null;
    keep();
  };

  return (
    <section>
      <h2>{t("explore.map")}</h2>
      <div
        ref={pad}
        class="map"
        tabIndex={0}
        role="application"
        aria-label={t("explore.map.about")}
        onPointerDown={press}
        onPointerMove={(event) => grip.current && follow(event, grip.current)}
        onPointerUp={release}
        onPointerCancel={release}
      >
        {pointsIn(left, top).map((point) => (
          <span key={`${point.x} ${point.y}`} class="map-seed" style={at(point, left, top)}>
            <Thumbnail ask={askSmall(model, cornerPlace(base, point))} />
          </span>
        ))}
        <span class="map-hand" style={at({ x, y }, left, top)} />
      </div>
      <p class="muted small">{t("explore.map.hint")}</p>
    </section>
  );
}

/** Moves the map no further than it takes to have a point in sight. */
function inSight(corner: Point, point: Point): Point {
  const hold = (edge: number, value: number) => Math.min(Math.max(edge, value - span + margin), value - margin);
  return { x: hold(corner.x, point.x), y: hold(corner.y, point.y) };
}

function pointsIn(left: number, top: number): Point[] {
  const line = (edge: number) => {
    const first = Math.ceil(edge);
    return Array.from({ length: Math.floor(edge + span) - first + 1 }, (_, index) => first + index);
  };
  return line(top).flatMap((y) => line(left).map((x) => ({ x, y })));
}

function at(point: Point, left: number, top: number) {
  return { left: `${((point.x - left) / span) * 100}%`, top: `${((point.y - top) / span) * 100}%` };
}

function cornerPlace(base: number, { x, y }: Point) {
  const { condition, truncation, directions } = atRest.value.place;
  return { ...anywhere, seed: seedAt(base, x, y), condition, truncation, directions };
}
