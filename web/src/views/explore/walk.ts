import { signal } from "@preact/signals";
import { api } from "../../api";
import { download, fileName } from "../../files";
import { t } from "../../i18n";
import { complain, toast } from "../../state";
import type { Model, Place } from "../../types";
import { fitted } from "./asking";
import { between } from "./between";

export const stops = signal<Place[]>([]);
/** From a stop to the next. */
export const seconds = signal(1);
export const closed = signal(true);
export const saving = signal(false);

/** The place that the preview is at; null while none plays. */
export const playing = signal<Place | null>(null);

/** Frames a second. */
const rate = 24;

let timer: number | undefined;

export function addStop(place: Place): void {
  stops.value = [...stops.value, place];
}

export function removeStop(index: number): void {
  stops.value = stops.value.filter((_, other) => other !== index);
  if (stops.value.length < 2) pause();
}

/** Plays the walk live, round and round, at the speed of the film. */
export function play(): void {
  const start = performance.now();
  const step = () => {
    const legs = closed.value ? stops.value.length : stops.value.length - 1;
    const way = (performance.now() - start) / 1000 / seconds.value;
    playing.value = placeAt(way % legs);
    timer = requestAnimationFrame(step);
  };
  step();
}

export function pause(): void {
  if (timer !== undefined) cancelAnimationFrame(timer);
  timer = undefined;
  playing.value = null;
}

function placeAt(way: number): Place {
  const leg = Math.floor(way);
  const from = stops.value[leg];
  const to = stops.value[(leg + 1) % stops.value.length];
  return between(from, to, way - leg);
}

export async function saveWalk(model: Model): Promise<void> {
  saving.value = true;
  try {
    const places = stops.value.map((place) => fitted(model, place));
    const asked = { model: model.id, places, frames: Math.round(seconds.value * rate), rate, closed: closed.value };
    download(await api.postForBlob("/v1/walks", asked), `${fileName(model.id, "walk")}.mp4`);
    toast(t("explore.saved"));
  } catch (error) {
    complain(error);
  } finally {
    saving.value = false;
  }
}
