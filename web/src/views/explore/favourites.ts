import { stored } from "../../stored";
import type { Model, LatentSpec } from "../../types";
import { supportedPart } from "./requests";

export interface Favourite {
  model: string;
  sha256: string | null;
  latent: LatentSpec;
  /** A small JPEG, shown even when the model is not served. */
  thumbnail: string;
}

const maxFavourites = 200;
const side = 96;

export const favourites = stored<Favourite[]>("explore.favourites", []);

function isOf(favourite: Favourite, model: Model, latent: LatentSpec): boolean {
  return favourite.sha256 === model.sha256 && JSON.stringify(favourite.latent) === JSON.stringify(latent);
}

export function isFavourite(model: Model, latent: LatentSpec): boolean {
  const here = supportedPart(model, latent);
  return favourites.value.some((favourite) => isOf(favourite, model, here));
}

/** Adds a picture to the favourites, or removes it. */
export function toggle(model: Model, latent: LatentSpec, canvas: HTMLCanvasElement): void {
  const here = supportedPart(model, latent);
  const others = favourites.value.filter((favourite) => !isOf(favourite, model, here));
  const known = others.length < favourites.value.length;
  const one = { model: model.id, sha256: model.sha256, latent: here, thumbnail: thumbnailOf(canvas) };
  favourites.value = known ? others : [one, ...others].slice(0, maxFavourites);
}

export function remove(favourite: Favourite): void {
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
