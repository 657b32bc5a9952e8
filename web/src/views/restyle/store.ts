/** State of the Restyle view: the picture, the styles and the strength of each factor. */

import { computed, signal } from "@preact/signals";
import { address, api, jobPath, picturePath, type Generations, type Job, type EncodedImage } from "../../api";
import { blobOf } from "../../files";
import { downscaleToLimit } from "../../downscale";
import { randomSeed } from "../../latentSpec";
import { reportError, jobs, modelOf } from "../../state";

export interface Painting {
  id: string;
  weight: number;
}

export type Factor = "colour" | "line" | "texture" | "content";
export const FACTORS: Factor[] = ["colour", "line", "texture", "content"];
export type SourceFactor = Exclude<Factor, "content">;

/** The id of the picture that is restyled. */
export const content = signal<string | null>(null);
/** Weights of the instant model's styles, by name. Those that are missing are 0. */
export const styleWeights = signal<Record<string, number>>({});
/** Paintings that the user has added, for the full engine. */
export const paintings = signal<Painting[]>([]);
export const factors = signal<Record<Factor, number>>({ colour: 1, line: 1, texture: 0.7, content: 0.5 });
/** Pictures that single factors are taken from instead of the paintings. */
export const sources = signal<Partial<Record<SourceFactor, string>>>({});
export const scale = signal(1);
export const side = signal(512);
export const seed = signal(0);
export const mask = signal<string | null>(null);
const job = signal<string | null>(null);

/** The newest job of the full engine. */
export const refineJob = computed<Job | null>(() => (jobs.value ?? []).find((one) => one.id === job.value) ?? null);

export const instantModel = () => modelOf("instant");

/** The selected styles of the model and their weights; the model's first style if none is selected. */
export const mixture = computed<Record<string, number>>(() => {
  const names = instantModel()?.styles ?? [];
  const selected = names.filter((name) => (styleWeights.value[name] ?? 0) > 0);
  const used = selected.length > 0 ? selected : names.slice(0, 1);
  return Object.fromEntries(used.map((name) => [name, styleWeights.value[name] || 1]));
});

/** Whether the full engine has any style to use. */
export const canRefine = computed(() => paintings.value.length > 0 || Object.keys(sources.value).length > 0);

/** Returns the address of a stored picture. */
export const url = (id: string): string => address(picturePath(id));

/** Sets the picture to restyle. */
export function setContent(id: string): void {
  content.value = id;
  mask.value = null; // the mask belonged to the previous picture
  job.value = null;
}

/** Uploads a picture, and calls `then` with its id. */
export async function upload(file: Blob, then: (id: string) => void): Promise<void> {
  try {
    then((await api.putPicture(await downscaleToLimit(file))).id);
  } catch (error) {
    reportError(error);
  }
}

/** Has a model generate the picture to restyle. */
export async function generateContent(model: string): Promise<void> {
  try {
    const answer = await api.post<Generations>("/v1/images/generations", { model, seed: randomSeed() });
    const [first] = answer.data;
    if (first) await upload(blobOf(first.b64_json), setContent);
  } catch (error) {
    reportError(error);
  }
}

/** Looks that need no painting; the server has the same (GET /v1/looks). */
export const LOOKS = ["paper-cut", "oil", "pen", "watercolour", "woodcut", "mosaic", "pixel-art"] as const;
export type Look = (typeof LOOKS)[number];
/** The look of the newest job, if it was one. */
export const look = signal<Look | null>(null);
export const strength = signal(1);

/** Starts a job that puts the picture into a look. */
export async function applyLook(name: Look): Promise<void> {
  await startJob(name, {
    look: name,
    strength: strength.value,
    size: Math.max(side.value, 1024),
    seed: seed.value,
    ...(mask.value && { mask: mask.value }),
  });
}

const oneStyle = (id: string) => [{ style: id, weight: 1 }];

/** Starts a job of the full engine. */
export async function refine(): Promise<void> {
  const { colour, line, texture } = sources.value;
  await startJob(null, {
    styles: paintings.value.filter(({ weight }) => weight > 0).map(({ id, weight }) => ({ style: id, weight })),
    ...(colour && { colour_from: oneStyle(colour) }),
    ...(line && { line_from: oneStyle(line) }),
    ...(texture && { texture_from: oneStyle(texture) }),
    ...factors.value,
    scale: scale.value,
    size: side.value,
    seed: seed.value,
    ...(mask.value && { mask: mask.value }),
  });
}

async function startJob(name: Look | null, request: object): Promise<void> {
  try {
    const newJob = await api.post<Job>("/v1/stylize", { picture: content.value, ...request });
    look.value = name;
    jobs.value = [newJob, ...(jobs.value ?? []).filter((one) => one.id !== newJob.id)];
    job.value = newJob.id;
  } catch (error) {
    reportError(error);
  }
}

/** Restyles the picture with the instant model; returns a PNG with its provenance, or null without a picture. */
export async function instantResult(): Promise<Blob | null> {
  const model = instantModel();
  if (!model || !content.value) return null;
  const { colour, line, texture } = factors.value;
  const answer = await api.post<{ data: EncodedImage[] }>("/v1/stylize", {
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

/** Returns the path of a job's result on the server; null while there is none. */
export function resultPath(job: Job): string | null {
  return job.state === "done" && job.result?.file ? jobPath(job.id, `/files/${job.result.file}`) : null;
}

export async function cancel(): Promise<void> {
  if (!refineJob.value) return;
  try {
    await api.post(jobPath(refineJob.value.id, "/cancel"), {});
  } catch (error) {
    reportError(error);
  }
}
