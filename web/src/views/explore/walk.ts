import { signal } from "@preact/signals";
import { api } from "../../api";
import { download, fileName } from "../../files";
import { t } from "../../i18n";
import { reportError, toast } from "../../state";
import type { Model, LatentSpec } from "../../types";
import { supportedPart } from "./requests";
import { interpolate } from "./interpolate";

/** The latent specs that the walk goes through. */
export const stops = signal<LatentSpec[]>([]);
/** Seconds from one stop to the next. */
export const seconds = signal(1);
export const closed = signal(true);
export const saving = signal(false);

/** The latent spec that the preview shows now; null while none plays. */
export const playing = signal<LatentSpec | null>(null);

/** Frames per second. */
const frameRate = 24;

let timer: number | undefined;

export function addStop(latent: LatentSpec): void {
  stops.value = [...stops.value, latent];
}

export function removeStop(index: number): void {
  stops.value = stops.value.filter((_, other) => other !== index);
  if (stops.value.length < 2) pause();
}

/** Plays the walk live in a loop, at the speed of the video. */
export function play(): void {
  const start = performance.now();
  const step = () => {
    const legs = closed.value ? stops.value.length : stops.value.length - 1;
    const elapsed = (performance.now() - start) / 1000 / seconds.value;
    playing.value = latentAt(elapsed % legs);
    timer = requestAnimationFrame(step);
  };
  step();
}

export function pause(): void {
  if (timer !== undefined) cancelAnimationFrame(timer);
  timer = undefined;
  playing.value = null;
}

/**
 * Returns the latent spec at a position of the walk: 1.5 is the middle between the second and the third stop. What no stop asks for
 * is drawn as for the first one, whose classes the film keeps.
 */
export function latentAt(position: number): LatentSpec {
  const leg = Math.floor(position);
  const from = stops.value[leg];
  const to = stops.value[(leg + 1) % stops.value.length];
  const there = interpolate(from, to, position - leg);
  return { ...there, seed: stops.value[0].seed, blend: there.blend ?? [[there.seed, 1]] };
}

/** Has the server render the walk, and saves the video. */
export async function saveWalk(model: Model): Promise<void> {
  saving.value = true;
  try {
    const latents = stops.value.map((latent) => supportedPart(model, latent));
    const request = { model: model.id, latents, frames: Math.round(seconds.value * frameRate), rate: frameRate, closed: closed.value };
    download(await api.postForBlob("/v1/walks", request), `${fileName(model.id, "walk")}.mp4`);
    toast(t("explore.saved"));
  } catch (error) {
    reportError(error);
  } finally {
    saving.value = false;
  }
}
