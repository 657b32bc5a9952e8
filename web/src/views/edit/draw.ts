/** Turns loops and brush strokes into selections: masks, which are uploaded to the server. */

import { api } from "../../api";
import { reportError } from "../../state";
import type { Edit } from "./catalogue";
import { blankMask, fillLoop, isEmpty, contextOf, drawStroke, toPng, type Mask, type Point } from "./mask";
import { append, brush, mode, selectionFields, preview, size, uploaded } from "./store";

/** The mask of the stroke that is being drawn: the selection before it, and the stroke so far. */
let strokeMask: Mask | null = null;

/** Selects the inside of a loop. */
export async function selectLoop(points: Point[]): Promise<void> {
  const { width, height } = size();
  const mask = blankMask(width, height);
  fillLoop(mask, points);
  if (!isEmpty(mask)) await appendMask(mask, (file) => ({ name: "select-mask", fields: { file, ...selectionFields() } }));
}

/** Draws one piece of a stroke and returns the mask so far, to be shown while the user draws. */
export function brushStroke(from: Point, to: Point, first: boolean): Mask {
  if (first || !strokeMask) strokeMask = startMask();
  drawStroke(strokeMask, from, to, brush.value, mode.value !== "subtract");
  return strokeMask;
}

/** Ends a stroke. The mask holds the whole selection, so that any number of strokes is one layer. */
export async function endStroke(): Promise<void> {
  const mask = strokeMask;
  strokeMask = null;
  if (!mask) return;
  if (isEmpty(mask)) append({ name: "select-all", fields: {} });
  else await appendMask(mask, (file) => ({ name: "select-mask", fields: { file, mode: "replace" } }));
}

function startMask(): Mask {
  const { width, height } = size();
  const mask = blankMask(width, height);
  const selection = preview.peek()?.selection;
  if (selection && mode.value !== "replace") contextOf(mask).drawImage(selection, 0, 0);
  else if (mode.value === "subtract") {
    contextOf(mask).fillStyle = "#fff";
    contextOf(mask).fillRect(0, 0, width, height);
  }
  return mask;
}

async function appendMask(mask: Mask, edit: (file: string) => Edit): Promise<void> {
  try {
    const { id } = await api.putPicture(await toPng(mask));
    uploaded.add(id);
    append(edit(id));
  } catch (error) {
    reportError(error);
  }
}
