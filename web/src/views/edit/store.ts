/** What is edited, and how: the picture, its list of edits with undo, and the one that is being tuned. */

import { computed, signal } from "@preact/signals";
import { api, address, picturePath } from "../../api";
import { complain } from "../../state";
import { fitting } from "../../fitting";
import type { Edit as Wire, Operation as Told, Place } from "../../types";
import { beginning, complete, selects, type Edit, type Fields, type Operation, type Size } from "./catalogue";
import type { Box, Tool } from "./gestures";
import type { Mask } from "./mask";

export interface Source {
  picture: string | null;
  model: string | null;
  place: Place | null;
}

export interface Layer extends Edit {
  id: number;
  on: boolean;
}

/** An edit that is being tuned: a new one, or a layer's again. */
export interface Draft extends Edit {
  layer: number | null;
}

/** What the server made of the list. */
export interface Shown {
  image: HTMLImageElement;
  selection: Mask | null;
}

export const source = signal<Source | null>(null);
export const layers = signal<Layer[]>([]);
export const draft = signal<Draft | null>(null);
export const shown = signal<Shown | null>(null);
export const original = signal<HTMLImageElement | null>(null);
export const working = signal(false);
export const problem = signal<string | null>(null);
export const operations = signal<Operation[]>([]);
/** Ids of pictures that edits use, which the server keeps: masks, grounds, what is pasted. */
export const uploaded = new Set<string>();

export const tool = signal<Tool>("hand");
export type Mode = "replace" | "add" | "subtract" | "intersect";
export const mode = signal<Mode>("replace");
export const feather = signal(0);
export const tolerance = signal(20);
export const brush = signal(40);
export const tinted = signal(true);

const past = signal<Layer[][]>([]);
const future = signal<Layer[][]>([]);
export const canUndo = computed(() => past.value.length > 0 || draft.value !== null);
export const canRedo = computed(() => future.value.length > 0);
let lastId = 0;

export const size = (): Size => ({
  width: shown.value?.image.naturalWidth ?? 1,
  height: shown.value?.image.naturalHeight ?? 1,
});

export const find = (name: string): Operation | undefined => operations.value.find((one) => one.name === name);

/** Edits that are tuned on the picture as it was before them: what they cut away must be in sight. */
const BEFORE = ["crop"];
/** Edits after which a pixel is elsewhere, so that nothing can be selected while one is tuned. */
const MOVING = ["crop", "flip", "rotate", "scale", "translate", "perspective", "pad"];

export const isMoving = computed(() => MOVING.includes(draft.value?.name ?? ""));

/** The list as it is shown: layers that are on, and the draft in its place. */
export const asked = computed<Edit[]>(() => {
  const tuned = draft.value;
  const all: (Layer | Draft)[] = layers.value.map((layer) => (tuned?.layer === layer.id ? tuned : layer));
  if (tuned && tuned.layer === null) all.push(tuned);
  const end = tuned && BEFORE.includes(tuned.name) ? all.indexOf(tuned) : all.length;
  return all
    .slice(0, end)
    .filter((one) => !("on" in one) || one.on)
    .filter((one) => one !== tuned || complete(find(one.name), one.fields))
    .map(({ name, fields }) => ({ name, fields }));
});

export const applied = computed<Edit[]>(() => layers.value.filter((layer) => layer.on));

/** Whether the list leaves anything selected, which is known before the server has answered. */
export const selected = computed<boolean>(() =>
  applied.value.reduce(
    (before, { name }) => (name === "select-all" ? false : before || name.startsWith("select-") || name === "move"),
    false,
  ),
);

export const wire = (edits: Edit[]): Wire[] => edits.map(({ name, fields }) => ({ [name]: fields }));

export function open(next: Source, edits: Wire[] = []): void {
  source.value = next;
  layers.value = edits.flatMap((one) =>
    Object.entries(one).map(([name, fields]) => ({ id: ++lastId, on: true, name, fields: fields as Fields })),
  );
  for (const { fields } of layers.value) Object.values(fields).filter(isId).forEach((id) => uploaded.add(id));
  past.value = [];
  future.value = [];
  draft.value = null;
  shown.value = null;
  original.value = null;
  wanted = null;
  tool.value = "hand";
}

const isId = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

export async function openFile(file: File): Promise<void> {
  try {
    const { id } = await api.putPicture(await fitting(file));
    open({ picture: id, model: null, place: null });
  } catch (error) {
    complain(error);
  }
}

export function close(): void {
  source.value = null;
  shown.value = null;
  draft.value = null;
}

export const pictureUrl = (id: string): string => address(picturePath(id));

/** Sets the list of layers, so that it can be undone. */
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

/** Appends an edit. One that selects anew makes those that selected just before it idle, so it takes their place. */
export function append(edit: Edit): void {
  const before = [...layers.value];
  const anew = selects(edit) && edit.name !== "select-rest" && (edit.fields.mode ?? "replace") === "replace";
  while (anew && before.length > 0 && selects(before[before.length - 1]!)) before.pop();
  commit([...before, { ...edit, id: ++lastId, on: true }]);
  if (!selected.value) return;
  const next = wanted;
  wanted = null;
  next?.();
}

/** What is done as soon as something is selected. */
let wanted: (() => void) | null = null;

/** Does something with the selection; where there is none, hands out the tool for objects first. */
export function withSelection(act: () => void): boolean {
  if (selected.value) {
    act();
    return true;
  }
  wanted = act;
  tool.value = "object";
  return false;
}

/** Begins to tune an edit; one without fields is done at once. */
export function begin(name: string, given: Fields = {}): void {
  const operation = find(name);
  if (!operation) return;
  const fields = { ...beginning(operation, size()), ...given };
  if (Object.keys(operation.fields.properties ?? {}).length === 0) return append({ name, fields });
  draft.value = { name, fields, layer: null };
  if (isMoving.value) tool.value = "hand";
  if (DRAGGED[name]) tool.value = "drag";
  if (name === "select-box" || name === "select-object") tool.value = "box";
  if (name === "select-colour") tool.value = "colour";
}

/** Fields that a drag on the picture sets: across and down. */
export const DRAGGED: Record<string, [string, string]> = {
  translate: ["right", "down"],
  move: ["right", "down"],
  paste: ["left", "top"],
};

export function retune(layer: Layer): void {
  draft.value = { name: layer.name, fields: layer.fields, layer: layer.id };
  tool.value = DRAGGED[layer.name] ? "drag" : "hand";
}

export function tune(fields: Fields): void {
  const now = draft.value;
  if (now) draft.value = { ...now, fields: { ...now.fields, ...fields } };
}

export function apply(): void {
  const done = draft.value;
  if (!done || !complete(find(done.name), done.fields)) return;
  draft.value = null;
  const { name, fields, layer } = done;
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

/** Moves a layer to another place in the list. */
export function reorder(id: number, to: number): void {
  const moved = layers.value.find((one) => one.id === id);
  if (!moved || layers.value.indexOf(moved) === to) return;
  const rest = layers.value.filter((one) => one.id !== id);
  commit([...rest.slice(0, to), moved, ...rest.slice(to)]);
}

/** Selects by a box: the draft's own where one is asked for, else a new layer. */
export function selectBox(name: "select-box" | "select-object", box: Box): void {
  if (draft.value && draft.value.name.startsWith("select-") && "left" in draft.value.fields) return tune({ ...box });
  append({ name, fields: { ...box, ...selecting() } });
}

export function selectColour(colour: string): void {
  if (draft.value?.name === "select-colour") return tune({ colour });
  append({ name: "select-colour", fields: { colour, tolerance: tolerance.value, ...selecting() } });
}

/** How a selection joins the one before. Where nothing is selected everything is, so to add to it would change nothing. */
export function selecting(): Fields {
  const joined = selected.value || mode.value === "subtract" ? mode.value : "replace";
  return { mode: joined, feather: feather.value };
}

export async function loadOperations(): Promise<void> {
  const { data } = await api.get<{ data: Told[] }>("/v1/operations");
  operations.value = data as Operation[];
}
