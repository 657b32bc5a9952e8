import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { complain } from "../../state";
import { CropFrame } from "./CropFrame";
import { paint, painting, selectLoop } from "./draw";
import { Easel } from "./easel";
import { Gestures } from "./gestures";
import { enlarged, overlay } from "./mask";
import * as store from "./store";

const STEP = 40;
/** Pixels a side that an overlay has at most for being drawn finer than the picture. */
const FINEST = 1200;

interface CanvasProps {
  /** Takes the easel when it is there, for the buttons that zoom. */
  onEasel: (easel: Easel | null) => void;
  /** On the left of this share of the width the picture is as it was; null shows none of it. */
  split: number | null;
}

/** The picture under edit, with what is selected, and the tools at work on it. */
export function Canvas({ onEasel, split }: CanvasProps) {
  const holder = useRef<HTMLDivElement>(null);
  const easel = useRef<Easel | null>(null);
  const gestures = useRef<Gestures | null>(null);
  const frame = useRef<CropFrame | null>(null);

  useEffect(() => {
    const made = (easel.current = new Easel(holder.current!));
    let redraw = 0;
    gestures.current = new Gestures(made, {
      box: (box) => store.selectBox(store.tool.value === "object" ? "select-object" : "select-box", box),
      loop: (points) => void selectLoop(points),
      stroke: (from, to, first) => {
        const mask = paint(from, to, first);
        cancelAnimationFrame(redraw);
        redraw = requestAnimationFrame(() => made.select(overlay(mask, 1, { tint: true, edge: false })));
      },
      stroked: () => void painting().catch(complain),
      pick: (point) => {
        const colour = made.colourAt(point);
        if (colour) store.selectColour(colour);
      },
      drag: dragged,
    });
    frame.current = new CropFrame(made, (box) => store.tune({ ...box }));
    onEasel(made);
    return () => {
      onEasel(null);
      gestures.current?.destroy();
      made.destroy();
    };
  }, []);

  useSignalEffect(() => easel.current?.show(store.shown.value?.image ?? null));
  useSignalEffect(() => {
    const selection = store.shown.value?.selection ?? null;
    const visible = store.tinted.value && selection !== null;
    if (!easel.current) return;
    const { zoom, size } = easel.current;
    const thick = Math.max(1, Math.round(1 / zoom));
    // a small picture is shown large: its overlay is drawn finer, so that the edge stays a line
    const finer = Math.max(1, Math.min(Math.floor(zoom), Math.floor(FINEST / Math.max(size.width, size.height, 1))));
    // while an edit is tuned its colours must be seen as they are, so the edge alone is shown
    const parts = { tint: store.draft.value === null, edge: true };
    easel.current.select(visible ? overlay(enlarged(selection, finer), thick, parts) : null);
  });
  useSignalEffect(() => {
    const own = gestures.current;
    if (!own) return;
    own.tool = store.tool.value;
    own.width = store.brush.value;
    if (own.tool !== "brush") own.hideRing();
    holder.current!.dataset.tool = own.tool;
  });
  useSignalEffect(() => {
    const tuned = store.draft.value;
    void store.shown.value; // a frame lies on the picture, so it waits for one
    frame.current?.show(tuned?.name === "crop" ? tuned.fields : null);
  });
  useSignalEffect(() => {
    void store.shown.value;
    easel.current?.compare(store.original.value, split);
  });
  useEffect(() => easel.current?.compare(store.original.peek(), split), [split]);
  usePan(easel, holder);

  return (
    <div
      ref={holder}
      class="edit-canvas"
      tabIndex={0}
      role="application"
      aria-label={t("edit.canvas")}
      data-arrows
      onKeyDown={(event) => easel.current && move(easel.current, event)}
    />
  );
}

/** Drags what is being moved or pasted, by whole pixels. */
let rest = { right: 0, down: 0 };

function dragged(right: number, down: number): void {
  const tuned = store.draft.value;
  const fields = tuned && store.DRAGGED[tuned.name];
  if (!fields) return;
  rest = { right: rest.right + right, down: rest.down + down };
  const [across, along] = [Math.trunc(rest.right), Math.trunc(rest.down)];
  rest = { right: rest.right - across, down: rest.down - along };
  if (!across && !along) return;
  store.tune({
    [fields[0]]: Number(tuned.fields[fields[0]] ?? 0) + across,
    [fields[1]]: Number(tuned.fields[fields[1]] ?? 0) + along,
  });
}

function move(easel: Easel, event: KeyboardEvent): void {
  const acts: Record<string, () => void> = {
    ArrowLeft: () => easel.pan(STEP, 0),
    ArrowRight: () => easel.pan(-STEP, 0),
    ArrowUp: () => easel.pan(0, STEP),
    ArrowDown: () => easel.pan(0, -STEP),
    "+": () => easel.zoomBy(1.25),
    "=": () => easel.zoomBy(1.25),
    "-": () => easel.zoomBy(0.8),
    "0": () => easel.fit(),
  };
  const act = event.ctrlKey || event.metaKey ? undefined : acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** While the space bar is held the pointer moves the picture. */
function usePan(easel: { current: Easel | null }, holder: { current: HTMLDivElement | null }): void {
  useEffect(() => {
    const hold = (event: KeyboardEvent) => {
      const elsewhere = (event.target as Element).closest("button, a, input, select, textarea, summary, dialog");
      if (event.code !== "Space" || elsewhere || !easel.current) return;
      event.preventDefault();
      pan(event.type === "keydown");
    };
    const pan = (on: boolean) => {
      if (!easel.current || !holder.current) return;
      easel.current.panning = on;
      holder.current.classList.toggle("panning", on);
    };
    const end = (event: KeyboardEvent) => event.code === "Space" && pan(false);
    addEventListener("keydown", hold);
    addEventListener("keyup", end);
    return () => {
      removeEventListener("keydown", hold);
      removeEventListener("keyup", end);
    };
  }, []);
}
