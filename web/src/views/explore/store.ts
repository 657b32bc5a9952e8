import { batch, signal } from "@preact/signals";
import { defaultLatent, randomSeed } from "../../latentSpec";
import { chosenModels, takeViewInput } from "../../state";
import { stored } from "../../stored";
import { UndoHistory } from "../../undo";
import type { LatentSpec, Value } from "../../types";
import { moveOnMap, positionOf, type MapPosition } from "./map";

export type Mode = "grid" | "picture";

export const mode = signal<Mode>("grid");

/** The first seed of the grid. */
export const firstSeed = stored("explore.first", 0);

const initial: MapPosition = positionOf(defaultLatent);
const history = new UndoHistory<MapPosition>(initial);

/** The position on screen, also during a drag. */
export const position = history.current;
/** The position before the drag. Thumbnails follow this one, so that they do not delay the main picture during a drag. */
export const committedPosition = history.committed;
export const canUndo = history.canUndo;
export const canRedo = history.canRedo;
export const undo = () => history.undo();
export const redo = () => history.redo();

export const setPosition = (next: MapPosition) => history.set(next);

/** Makes the position on screen a step that can be undone. */
export const commit = () => history.commit();

/** Opens one picture. */
export function goTo(latent: LatentSpec): void {
  batch(() => {
    setPosition(positionOf(latent));
    mode.value = "picture";
  });
}

/** Opens a picture of the grid in the middle of its map; condition and truncation stay. */
export function goToSeed(seed: number): void {
  const { condition, truncation } = position.peek().latent;
  goTo({ ...defaultLatent, seed, condition, truncation });
}

/** Opens a random seed: another start of the grid, or another picture. */
export function goToRandom(): void {
  if (mode.peek() === "grid") firstSeed.value = randomSeed();
  else setPosition(positionOf({ ...position.peek().latent, seed: randomSeed(), index: 0, blend: null }));
}

/** Moves on the map without a step of the history, as during a drag. */
export function moveTo(x: number, y: number): void {
  history.preview(moveOnMap(position.peek(), x, y));
}

/** Moves on the map by a small step. */
export function nudge(dx: number, dy: number): void {
  if (mode.peek() !== "picture") return;
  const { x, y } = position.peek();
  moveTo(round(x + dx), round(y + dy));
  commit();
}

/** Rounds away the errors of adding tenths, so that integer points, with a single seed, are reached exactly. */
function round(coordinate: number): number {
  return Math.round(coordinate * 1000) / 1000;
}

/** Changes a part of the latent spec without a step of the history, as during a drag. */
export function change(part: Partial<LatentSpec>): void {
  const now = position.peek();
  history.preview({ ...now, latent: { ...now.latent, ...part } });
}

export function setDirection(name: string, amount: number): void {
  const { [name]: _, ...others } = position.peek().latent.directions;
  change({ directions: amount === 0 ? others : { ...others, [name]: amount } });
}

/** Sets an attribute of the condition; null leaves it unset. */
export function setCondition(name: string, value: Value | null): void {
  const { [name]: _, ...others } = position.peek().latent.condition;
  change({ condition: value === null ? others : { ...others, [name]: value } });
}

/** Opens a picture of a model, and chooses that model. */
export function open(model: string, latent: LatentSpec): void {
  chosenModels.value = { ...chosenModels.peek(), image: model };
  goTo(latent);
}

/** Opens the picture that another view has passed on. */
export function takeInput(): void {
  const input = takeViewInput("explore");
  if (input) open(input.model, input.latent);
}
