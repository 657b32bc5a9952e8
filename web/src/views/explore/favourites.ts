import { stored } from "../../stored";
import type { Model, Place } from "../../types";
import { fitted } from "./asking";

export interface Favourite {
  model: string;
  sha256: string | null;
  place: Place;
  /** A small JPEG, so that it is seen even when its model is not served. */
  thumbnail: string;
}

const most = 200;
const side = 96;

export const favourites = stored<Favourite[]>("favourites", []);

function isOf(favourite: Favourite, model: Model, place: Place): boolean {
  return favourite.sha256 === model.sha256 && JSON.stringify(favourite.place) === JSON.stringify(place);
}

export function isFavourite(model: Model, place: Place): boolean {
  const here = fitted(model, place);
  return favourites.value.some((favourite) => isOf(favourite, model, here));
}

/** Keeps a place, or lets go of it. */
export function toggle(model: Model, place: Place, canvas: HTMLCanvasElement): void {
  const here = fitted(model, place);
  const others = favourites.value.filter((favourite) => !isOf(favourite, model, here));
  const known = others.length < favourites.value.length;
  const one = { model: model.id, sha256: model.sha256, place: here, thumbnail: thumbnailOf(canvas) };
  favourites.value = known ? others : [one, ...others].slice(0, most);
}

export function forget(favourite: Favourite): void {
  favourites.value = favourites.value.filter((other) => other !== favourite);
}

export function thumbnailOf(canvas: HTMLCanvasElement): string {
  const small = document.createElement("canvas");
  const scale = side / Math.max(canvas.width, canvas.height);
  small.width = Math.max(1, Math.round(canvas.width * scale));
  small.height = Math.max(1, Math.round(canvas.height * scale));
  small.getContext("2d")!.drawImage(canvas, 0, 0, small.width, small.height);
  return small.toDataURL("image/jpeg", 0.85);
}
