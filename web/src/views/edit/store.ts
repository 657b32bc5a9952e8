/** State of the Edit view: the source picture, the list of edits with undo, and the draft of one edit. */

import { computed, signal } from "@preact/signals";
import { api, address, picturePath } from "../../api";
import { reportError } from "../../state";
import { downscaleToLimit } from "../../downscale";
import type { Edit as ApiEdit, Extrapolation, Note, Operation as ApiOperation, LatentSpec } from "../../types";
import { initialFields, isComplete, isSelection, type Edit, type Fields, type Operation, type Size } from "./catalogue";
import type { Box, Tool } from "./gestures";
import type { Mask } from "./mask";

/** What is edited: an uploaded picture, or a generated one (`model` and `latent`). */
export interface Source {
  picture: string | null;
  model: string | null;
  latent: LatentSpec | null;
}

/** One edit of the list; `on` is false while it is switched off. */
export interface Layer extends Edit {
  id: number;
  on: boolean;
}

/** An edit whose form is open: a new one (`layer` is null), or that of a layer. */
export interface Draft extends Edit {
  layer: number | null;
}

/** The server's result for the list of edits. */
export interface Preview {
  image: HTMLImageElement;
  selection: Mask | null;
  /** Numbers in its edits that are outside of what their model was trained on. */
  extrapolated: Extrapolation[];
  notes: Note[];
}

export const source = signal<Source | null>(null);
export const layers = signal<Layer[]>([]);
export const draft = signal<Draft | null>(null);
export const preview = signal<Preview | null>(null);
export const original = signal<HTMLImageElement | null>(null);
export const busy = signal(false);
export const errorMessage = signal<string | null>(null);
export const operations = signal<Operation[]>([]);
/** Ids of uploaded pictures that edits use: masks, fills, pasted pictures. */
export const uploaded = new Set<string>();

export const tool = signal<Tool>("hand");
export type Mode = "replace" | "add" | "subtract" | "intersect";
export const mode = signal<Mode>("replace");
export const feather = signal(0);
export const tolerance = signal(20);
export const brush = signal(40);
export const showSelection = signal(true);

const past = signal<Layer[][]>([]);
const future = signal<Layer[][]>([]);
export const canUndo = computed(() => past.value.length > 0 || draft.value !== null);
export const canRedo = computed(() => future.value.length > 0);
let lastId = 0;

export const size = (): Size => ({
  width: preview.value?.image.naturalWidth ?? 1,
  height: preview.value?.image.naturalHeight ?? 1,
});

export const findOperation = (name: string): Operation | undefined => operations.value.find((one) => one.name === name);

/** Edits whose draft is shown on the picture before them, so that what they cut away stays visible. */
const TUNED_ON_INPUT = ["crop"];
/** Edits that move pixels, so that nothing can be selected while one is the draft. */
const MOVES_PIXELS = ["crop", "flip", "rotate", "scale", "translate", "perspective", "pad"];

export const isMoving = computed(() => MOVES_PIXELS.includes(draft.value?.name ?? ""));

/** The list that the preview shows: the active layers, and the draft at its position. */
export const previewEdits = computed<Edit[]>(() => {
  const tuned = draft.value;
  const all: (Layer | Draft)[] = layers.value.map((layer) => (tuned?.layer === layer.id ? tuned : layer));
  if (tuned && tuned.layer === null) all.push(tuned);
  const end = tuned && TUNED_ON_INPUT.includes(tuned.name) ? all.indexOf(tuned) : all.length;
  return all
    .slice(0, end)
    .filter((one) => !("on" in one) || one.on)
    .filter((one) => one !== tuned || isComplete(findOperation(one.name), one.fields))
    .map(({ name, fields }) => ({ name, fields }));
});

/** The layers that are switched on. */
export const activeEdits = computed<Edit[]>(() => layers.value.filter((layer) => layer.on));

/** Whether anything is selected after the list of edits; this needs no answer from the server. */
export const hasSelection = computed<boolean>(() =>
  activeEdits.value.reduce(
    (before, { name }) => (name === "select-all" ? false : before || name.startsWith("select-") || name === "move"),
    false,
  ),
);

/** Returns edits in the form of the server's API. */
export const toRequest = (edits: Edit[]): ApiEdit[] => edits.map(({ name, fields }) => ({ [name]: fields }));

/** Opens a picture with a list of edits, and clears the history. */
export function open(next: Source, edits: ApiEdit[] = []): void {
  source.value = next;
  layers.value = edits.flatMap((one) =>
    Object.entries(one).map(([name, fields]) => ({ id: ++lastId, on: true, name, fields: fields as Fields })),
  );
  for (const { fields } of layers.value) Object.values(fields).filter(isId).forEach((id) => uploaded.add(id));
  past.value = [];
  future.value = [];
  draft.value = null;
  preview.value = null;
  original.value = null;
  afterSelection = null;
  tool.value = "hand";
}

const isId = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

export async function openFile(file: File): Promise<void> {
  try {
    const { id } = await api.putPicture(await downscaleToLimit(file));
    open({ picture: id, model: null, latent: null });
  } catch (error) {
    reportError(error);
  }
}

export function close(): void {
  source.value = null;
  preview.value = null;
  draft.value = null;
}

export const pictureUrl = (id: string): string => address(picturePath(id));

/** Sets the list of layers as a step that can be undone. */
export function commit(next: Layer[]): void {
  past.value = [...past.value, layers.value];
  future.value = [];
  layers.value = next;
}

export function undo(): void {
  if (draft.value) return cancel();
  const before = past.value.at(-1);
  if (!before) return;
  future.value = [...future.value, layers.value];
  past.value = past.value.slice(0, -1);
  layers.value = before;
}

export function redo(): void {
  const after = future.value.at(-1);
  if (!after) return;
  past.value = [...past.value, layers.value];
  future.value = future.value.slice(0, -1);
  draft.value = null;
  layers.value = after;
}

/** Appends an edit. A new selection replaces the selections just before it, which it would make ineffective. */
export function append(edit: Edit): void {
  const before = [...layers.value];
  const anew = isSelection(edit) && edit.name !== "select-rest" && (edit.fields.mode ?? "replace") === "replace";
  while (anew && before.length > 0 && isSelection(before[before.length - 1])) before.pop();
  commit([...before, { ...edit, id: ++lastId, on: true }]);
  if (!hasSelection.value) return;
  const next = afterSelection;
  afterSelection = null;
  next?.();
}

/** What to do as soon as something is selected. */
let afterSelection: (() => void) | null = null;

/** Runs an action on the selection. Where there is none, the object tool is activated first; returns false then. */
export function withSelection(act: () => void): boolean {
  if (hasSelection.value) {
    act();
    return true;
  }
  afterSelection = act;
  tool.value = "object";
  return false;
}

/** Opens the draft of an edit; an edit without fields is applied at once. */
export function startDraft(name: string, preset: Fields = {}): void {
  const operation = findOperation(name);
  if (!operation) return;
  const fields = { ...initialFields(operation, size()), ...preset };
  if (Object.keys(operation.fields.properties ?? {}).length === 0) return append({ name, fields });
  draft.value = { name, fields, layer: null };
  if (isMoving.value) tool.value = "hand";
  if (DRAG_FIELDS[name]) tool.value = "drag";
  if (name === "select-box" || name === "select-object") tool.value = "box";
  if (name === "select-colour") tool.value = "colour";
}

/** Fields that a drag on the picture sets: horizontal and vertical. */
export const DRAG_FIELDS: Record<string, [string, string]> = {
  translate: ["right", "down"],
  move: ["right", "down"],
  paste: ["left", "top"],
};

/** Opens a layer as the draft. */
export function editLayer(layer: Layer): void {
  draft.value = { name: layer.name, fields: layer.fields, layer: layer.id };
  tool.value = DRAG_FIELDS[layer.name] ? "drag" : "hand";
}

/** Changes fields of the draft. */
export function updateDraft(fields: Fields): void {
  const now = draft.value;
  if (now) draft.value = { ...now, fields: { ...now.fields, ...fields } };
}

/** Makes the draft a layer, if it is complete. */
export function apply(): void {
  const finished = draft.value;
  if (!finished || !isComplete(findOperation(finished.name), finished.fields)) return;
  draft.value = null;
  const { name, fields, layer } = finished;
  if (layer === null) append({ name, fields });
  else commit(layers.value.map((one) => (one.id === layer ? { ...one, fields } : one)));
  if (tool.value === "drag") tool.value = "hand";
}

export function cancel(): void {
  draft.value = null;
  if (tool.value === "drag") tool.value = "hand";
}

export function toggle(id: number): void {
  commit(layers.value.map((one) => (one.id === id ? { ...one, on: !one.on } : one)));
}

export function remove(id: number): void {
  if (draft.value?.layer === id) draft.value = null;
  commit(layers.value.filter((one) => one.id !== id));
}

/** Moves a layer to another position in the list. */
export function reorder(id: number, to: number): void {
  const moved = layers.value.find((one) => one.id === id);
  if (!moved || layers.value.indexOf(moved) === to) return;
  const rest = layers.value.filter((one) => one.id !== id);
  commit([...rest.slice(0, to), moved, ...rest.slice(to)]);
}

/** Selects by a box: sets that of the draft if it has one, or else appends a layer. */
export function selectBox(name: "select-box" | "select-object", box: Box): void {
  if (draft.value && draft.value.name.startsWith("select-") && "left" in draft.value.fields) return updateDraft({ ...box });
  append({ name, fields: { ...box, ...selectionFields() } });
}

export function selectColour(colour: string): void {
  if (draft.value?.name === "select-colour") return updateDraft({ colour });
  append({ name: "select-colour", fields: { colour, tolerance: tolerance.value, ...selectionFields() } });
}

/** How a selection combines with the one before. Without one everything counts as selected, so "add" has no effect. */
export function selectionFields(): Fields {
  const joined = hasSelection.value || mode.value === "subtract" ? mode.value : "replace";
  return { mode: joined, feather: feather.value };
}

export async function loadOperations(): Promise<void> {
  const { data } = await api.get<{ data: ApiOperation[] }>("/v1/operations");
  operations.value = data;
}
