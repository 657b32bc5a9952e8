import { batch, signal } from "@preact/signals";
import { anywhere, randomSeed } from "../../place";
import { chosen, takeHandoff } from "../../state";
import { stored } from "../../stored";
import { Undo } from "../../undo";
import type { Place, Value } from "../../types";
import { moved, spotOf, type Spot } from "./map";

export type Mode = "grid" | "picture";

export const mode = signal<Mode>("grid");

/** The first seed of the grid. */
export const firstSeed = stored("explore.first", 0);

const opening: Spot = spotOf(anywhere);
const history = new Undo<Spot>(opening);

/** Where the hand is. */
export const spot = history.now;
/** Where it last let go: what small pictures around show, so that they leave the server to the hand while it moves. */
export const atRest = history.atRest;
export const canUndo = history.canUndo;
export const canRedo = history.canRedo;
export const undo = () => history.undo();
export const redo = () => history.redo();

export const setSpot = (next: Spot) => history.set(next);

/** What the hand let go of can be undone. */
export const keep = () => history.keep();

export function goTo(place: Place): void {
  batch(() => {
    setSpot(spotOf(place));
    mode.value = "picture";
  });
}

/** Makes a picture of the grid the middle of the map; what is asked of all pictures stays. */
export function goToSeed(seed: number): void {
  const { condition, truncation } = spot.peek().place;
  goTo({ ...anywhere, seed, condition, truncation });
}

export function goAnywhere(): void {
  if (mode.peek() === "grid") firstSeed.value = randomSeed();
  else setSpot(spotOf({ ...spot.peek().place, seed: randomSeed(), index: 0, blend: null }));
}

export function moveTo(x: number, y: number): void {
  history.show(moved(spot.peek(), x, y));
}

export function nudge(dx: number, dy: number): void {
  if (mode.peek() !== "picture") return;
  const { x, y } = spot.peek();
  moveTo(round(x + dx), round(y + dy));
  keep();
}

/** Steps of a tenth add up to whole points again, where one seed stands alone. */
function round(coordinate: number): number {
  return Math.round(coordinate * 1000) / 1000;
}

export function change(part: Partial<Place>): void {
  const now = spot.peek();
  history.show({ ...now, place: { ...now.place, ...part } });
}

export function setDirection(name: string, amount: number): void {
  const { [name]: _, ...others } = spot.peek().place.directions;
  change({ directions: amount === 0 ? others : { ...others, [name]: amount } });
}

/** Null leaves the attribute to chance. */
export function setCondition(name: string, value: Value | null): void {
  const { [name]: _, ...others } = spot.peek().place.condition;
  change({ condition: value === null ? others : { ...others, [name]: value } });
}

/** Goes to a place of a model, which is the chosen one from now on. */
export function open(model: string, place: Place): void {
  chosen.value = { ...chosen.peek(), image: model };
  goTo(place);
}

/** Goes to the place that another view gave. */
export function takeGiven(): void {
  const given = takeHandoff("explore");
  if (given) open(given.model, given.place);
}
