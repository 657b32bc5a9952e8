import { useRef } from "preact/hooks";
import { t } from "../../i18n";
import { defaultLatent } from "../../latentSpec";
import { Thumbnail } from "../../ui";
import type { Model } from "../../types";
import { thumbnailRequest } from "./requests";
import { seedAt } from "./map";
import { committedPosition, commit, moveTo, position } from "./store";

/** How many cells of the map are visible a side, and the margin inside which the map scrolls. */
const span = 2;
const margin = 0.15;

interface Point {
  x: number;
  y: number;
}

/** The map of seeds around the picture: a drag moves the picture, and scrolls the map at its edge. */
export function MapPad({ model }: { model: Model }) {
  const pad = useRef<HTMLDivElement>(null);
  const dragFrom = useRef<Point | null>(null);
  const { x, y, base } = position.value;
  const view = useRef({ base: NaN, corner: { x: 0, y: 0 } });
  const previous = view.current.base === base ? view.current.corner : { x: x - span / 2, y: y - span / 2 };
  view.current = { base, corner: scrolledTo(previous, { x, y }) };
  const { x: left, y: top } = view.current.corner;

  /** During a drag, positions are relative to the corner of the map at the start of the drag. */
  const drag = (event: PointerEvent, from: Point) => {
    const box = pad.current!.getBoundingClientRect();
    const share = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
    moveTo(from.x + share.x * span, from.y + share.y * span);
  };
  const press = (event: PointerEvent) => {
    pad.current!.setPointerCapture(event.pointerId);
    dragFrom.current = view.current.corner;
    drag(event, dragFrom.current);
  };
  const release = () => {
    dragFrom.current = null;
    commit();
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
        onPointerMove={(event) => dragFrom.current && drag(event, dragFrom.current)}
        onPointerUp={release}
        onPointerCancel={release}
      >
        {pointsIn(left, top).map((point) => (
          <span key={`${point.x} ${point.y}`} class="map-seed" style={at(point, left, top)}>
            <Thumbnail request={thumbnailRequest(model, latentOfSeed(base, point))} />
          </span>
        ))}
        <span class="map-marker" style={at({ x, y }, left, top)} />
      </div>
      <p class="muted small">{t("explore.map.hint")}</p>
    </section>
  );
}

/** Returns the corner of the map, scrolled as little as possible to make a point visible. */
function scrolledTo(corner: Point, point: Point): Point {
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

function latentOfSeed(base: number, { x, y }: Point) {
  const { condition, truncation, directions } = committedPosition.value.latent;
  return { ...defaultLatent, seed: seedAt(base, x, y), condition, truncation, directions };
}
