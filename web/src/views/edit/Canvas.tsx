import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { reportError } from "../../state";
import { CropFrame } from "./CropFrame";
import { brushStroke, endStroke, selectLoop } from "./draw";
import { Viewport } from "./viewport";
import { Gestures } from "./gestures";
import { enlarged, overlay } from "./mask";
import * as store from "./store";

const STEP = 40;
/** The longest side, in pixels, of an overlay that is drawn at a higher resolution than the picture. */
const FINEST = 1200;

interface CanvasProps {
  /** Gets the viewport when it exists, for the zoom buttons. */
  onViewport: (viewport: Viewport | null) => void;
  /** The left fraction of the width that shows the unedited picture; null shows none of it. */
  split: number | null;
}

/** The edited picture with its selection, and the tools that work on it. */
export function Canvas({ onViewport, split }: CanvasProps) {
  const holder = useRef<HTMLDivElement>(null);
  const viewport = useRef<Viewport | null>(null);
  const gestures = useRef<Gestures | null>(null);
  const frame = useRef<CropFrame | null>(null);

  useEffect(() => {
    const created = (viewport.current = new Viewport(holder.current!));
    let redraw = 0;
    gestures.current = new Gestures(created, {
      box: (box) => store.selectBox(store.tool.value === "object" ? "select-object" : "select-box", box),
      loop: (points) => void selectLoop(points),
      stroke: (from, to, first) => {
        const mask = brushStroke(from, to, first);
        cancelAnimationFrame(redraw);
        redraw = requestAnimationFrame(() => created.select(overlay(mask, 1, { tint: true, edge: false })));
      },
      strokeEnd: () => void endStroke().catch(reportError),
      pick: (point) => {
        const colour = created.colourAt(point);
        if (colour) store.selectColour(colour);
      },
      drag: dragDraft,
    });
    frame.current = new CropFrame(created, (box) => store.updateDraft({ ...box }));
    onViewport(created);
    return () => {
      onViewport(null);
      gestures.current?.destroy();
      created.destroy();
    };
  }, [onViewport]);

  useSignalEffect(() => viewport.current?.show(store.preview.value?.image ?? null));
  useSignalEffect(() => {
    const selection = store.preview.value?.selection ?? null;
    const visible = store.showSelection.value && selection !== null;
    if (!viewport.current) return;
    const { zoom, size } = viewport.current;
    const thick = Math.max(1, Math.round(1 / zoom));
    // a small picture is zoomed in: its overlay gets a higher resolution, so that the edge stays a thin line
    const finer = Math.max(1, Math.min(Math.floor(zoom), Math.floor(FINEST / Math.max(size.width, size.height, 1))));
    // the tint would change the colours of the draft's result, so only the edge is shown
    const parts = { tint: store.draft.value === null, edge: true };
    viewport.current.select(visible ? overlay(enlarged(selection, finer), thick, parts) : null);
  });
  useSignalEffect(() => {
    const current = gestures.current;
    if (!current) return;
    current.tool = store.tool.value;
    current.width = store.brush.value;
    if (current.tool !== "brush") current.hideRing();
    holder.current!.dataset.tool = current.tool;
  });
  useSignalEffect(() => {
    const tuned = store.draft.value;
    void store.preview.value; // the frame needs a picture, so the effect runs again when there is one
    frame.current?.show(tuned?.name === "crop" ? tuned.fields : null);
  });
  useSignalEffect(() => {
    void store.preview.value;
    viewport.current?.compare(store.original.value, split);
  });
  useEffect(() => viewport.current?.compare(store.original.peek(), split), [split]);
  usePan(viewport, holder);

  return (
    <div
      ref={holder}
      class="edit-canvas"
      tabIndex={0}
      role="application"
      aria-label={t("edit.canvas")}
      data-arrows
      onKeyDown={(event) => viewport.current && onKey(viewport.current, event)}
    />
  );
}

/** Fractions of a pixel that a drag has moved and that are not applied yet. */
let rest = { right: 0, down: 0 };

function dragDraft(right: number, down: number): void {
  const tuned = store.draft.value;
  const fields = tuned && store.DRAG_FIELDS[tuned.name];
  if (!fields) return;
  rest = { right: rest.right + right, down: rest.down + down };
  const [across, along] = [Math.trunc(rest.right), Math.trunc(rest.down)];
  rest = { right: rest.right - across, down: rest.down - along };
  if (!across && !along) return;
  store.updateDraft({
    [fields[0]]: Number(tuned.fields[fields[0]] ?? 0) + across,
    [fields[1]]: Number(tuned.fields[fields[1]] ?? 0) + along,
  });
}

function onKey(viewport: Viewport, event: KeyboardEvent): void {
  const acts: Record<string, () => void> = {
    ArrowLeft: () => viewport.pan(STEP, 0),
    ArrowRight: () => viewport.pan(-STEP, 0),
    ArrowUp: () => viewport.pan(0, STEP),
    ArrowDown: () => viewport.pan(0, -STEP),
    "+": () => viewport.zoomBy(1.25),
    "=": () => viewport.zoomBy(1.25),
    "-": () => viewport.zoomBy(0.8),
    "0": () => viewport.fit(),
  };
  const act = event.ctrlKey || event.metaKey ? undefined : acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** While the space bar is held the pointer moves the picture. */
function usePan(viewport: { current: Viewport | null }, holder: { current: HTMLDivElement | null }): void {
  useEffect(() => {
    const hold = (event: KeyboardEvent) => {
      const elsewhere = (event.target as Element).closest("button, a, input, select, textarea, summary, dialog");
      if (event.code !== "Space" || elsewhere || !viewport.current) return;
      event.preventDefault();
      pan(event.type === "keydown");
    };
    const pan = (on: boolean) => {
      if (!viewport.current || !holder.current) return;
      viewport.current.panning = on;
      holder.current.classList.toggle("panning", on);
    };
    const end = (event: KeyboardEvent) => event.code === "Space" && pan(false);
    addEventListener("keydown", hold);
    addEventListener("keyup", end);
    return () => {
      removeEventListener("keydown", hold);
      removeEventListener("keyup", end);
    };
  }, [viewport, holder]);
}
