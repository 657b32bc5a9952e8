/** What is restyled, in which styles, and how far each factor is taken over. */

import { computed, signal } from "@preact/signals";
import { address, api, jobPath, picturePath, type Generations, type Job, type Painted } from "../../api";
import { blobOf } from "../../files";
import { fitting } from "../../fitting";
import { randomSeed } from "../../place";
import { complain, jobs, modelOf } from "../../state";

export interface Painting {
  id: string;
  weight: number;
}

export type Factor = "colour" | "line" | "texture" | "content";
export const FACTORS: Factor[] = ["colour", "line", "texture", "content"];
export type Given = Exclude<Factor, "content">;

/** The picture that is restyled, by its id on the server. */
export const content = signal<string | null>(null);
/** Weights of the instant model's styles, by name. */
export const chosen = signal<Record<string, number>>({});
/** Paintings of one's own, for the full engine. */
export const paintings = signal<Painting[]>([]);
export const factors = signal<Record<Factor, number>>({ colour: 1, line: 1, texture: 0.7, content: 0.5 });
/** Where a factor is taken from, if not from the paintings. */
export const sources = signal<Partial<Record<Given, string>>>({});
export const scale = signal(1);
export const side = signal(512);
export const seed = signal(0);
export const mask = signal<string | null>(null);
const job = signal<string | null>(null);

/** The newest work of the full engine. */
export const work = computed<Job | null>(() => (jobs.value ?? []).find((one) => one.id === job.value) ?? null);

export const instant = () => modelOf("instant");

/** The styles that the model knows and that are asked for; without any, its first. */
export const mixture = computed<Record<string, number>>(() => {
  const names = instant()?.styles ?? [];
  const asked = names.filter((name) => (chosen.value[name] ?? 0) > 0);
  const used = asked.length > 0 ? asked : names.slice(0, 1);
  return Object.fromEntries(used.map((name) => [name, chosen.value[name] || 1]));
});

/** Whether the full engine has anything to paint like. */
export const ready = computed(() => paintings.value.length > 0 || Object.keys(sources.value).length > 0);

export const url = (id: string): string => address(picturePath(id));

export function take(id: string): void {
  content.value = id;
  mask.value = null; // it was of another picture
  job.value = null;
}

export async function upload(file: Blob, then: (id: string) => void): Promise<void> {
  try {
    then((await api.putPicture(await fitting(file))).id);
  } catch (error) {
    complain(error);
  }
}

export async function paintOne(model: string): Promise<void> {
  try {
    const made = await api.post<Generations>("/v1/images/generations", { model, seed: randomSeed() });
    const [first] = made.data;
    if (first) await upload(blobOf(first.b64_json), take);
  } catch (error) {
    complain(error);
  }
}

const weighted = (id: string) => [{ style: id, weight: 1 }];

/** Begins the work of the full engine. */
export async function refine(): Promise<void> {
  const { colour, line, texture } = sources.value;
  try {
    const begun = await api.post<Job>("/v1/stylize", {
      picture: content.value,
      styles: paintings.value.filter(({ weight }) => weight > 0).map(({ id, weight }) => ({ style: id, weight })),
      ...(colour && { colour_from: weighted(colour) }),
      ...(line && { line_from: weighted(line) }),
      ...(texture && { texture_from: weighted(texture) }),
      ...factors.value,
      scale: scale.value,
      size: side.value,
      seed: seed.value,
      ...(mask.value && { mask: mask.value }),
    });
    jobs.value = [begun, ...(jobs.value ?? []).filter((one) => one.id !== begun.id)];
    job.value = begun.id;
  } catch (error) {
    complain(error);
  }
}

/** The picture in the instant model's styles, as a PNG that says how it was made. */
export async function instantly(): Promise<Blob | null> {
  const model = instant();
  if (!model || !content.value) return null;
  const { colour, line, texture } = factors.value;
  const answer = await api.post<{ data: Painted[] }>("/v1/stylize", {
    picture: content.value,
    model: model.id,
    styles: Object.entries(mixture.value).map(([style, weight]) => ({ style, weight })),
    colour,
    line,
    texture,
    size: Math.max(side.value, 1024),
  });
  return answer.data[0] ? blobOf(answer.data[0].b64_json) : null;
}

export function resultPath(done: Job): string | null {
  return done.state === "done" && done.result?.file ? jobPath(done.id, `/files/${done.result.file}`) : null;
}

export async function cancel(): Promise<void> {
  if (!work.value) return;
  try {
    await api.post(jobPath(work.value.id, "/cancel"), {});
  } catch (error) {
    complain(error);
  }
}
