/** Turns what was drawn on the picture into selections: loops and strokes become masks, which the server keeps. */

import { api } from "../../api";
import { complain } from "../../state";
import type { Edit } from "./catalogue";
import { blank, encircle, isEmpty, pen, stroke, toPng, type Mask, type Point } from "./mask";
import { append, brush, mode, selecting, shown, size, uploaded } from "./store";

/** The mask that is being painted: the selection as it was, with the strokes since. */
let painted: Mask | null = null;

export async function selectLoop(points: Point[]): Promise<void> {
  const { width, height } = size();
  const mask = blank(width, height);
  encircle(mask, points);
  if (!isEmpty(mask)) await keep(mask, (file) => ({ name: "select-mask", fields: { file, ...selecting() } }));
}

/** Draws one piece of a stroke and returns the mask, to be shown while it is painted. */
export function paint(from: Point, to: Point, first: boolean): Mask {
  if (first || !painted) painted = begun();
  stroke(painted, from, to, brush.value, mode.value !== "subtract");
  return painted;
}

/** Ends a stroke. The mask holds the whole selection, so that however many strokes it has it is one layer. */
export async function painting(): Promise<void> {
  const mask = painted;
  painted = null;
  if (!mask) return;
  if (isEmpty(mask)) append({ name: "select-all", fields: {} });
  else await keep(mask, (file) => ({ name: "select-mask", fields: { file, mode: "replace" } }));
}

function begun(): Mask {
  const { width, height } = size();
  const mask = blank(width, height);
  const before = shown.peek()?.selection;
  if (before && mode.value !== "replace") pen(mask).drawImage(before, 0, 0);
  else if (mode.value === "subtract") {
    pen(mask).fillStyle = "#fff";
    pen(mask).fillRect(0, 0, width, height);
  }
  return mask;
}

async function keep(mask: Mask, edit: (file: string) => Edit): Promise<void> {
  try {
    const { id } = await api.putPicture(await toPng(mask));
    uploaded.add(id);
    append(edit(id));
  } catch (error) {
    complain(error);
  }
}
