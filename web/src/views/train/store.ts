/** What is trained on what, and which work is looked at. */

import { computed, signal } from "@preact/signals";
import { api, jobPath, type Job, type Recipe } from "../../api";
import { t } from "../../i18n";
import { about, complain, datasets, jobs, toast } from "../../state";
import { isArchive, rooted, type Found } from "./collect";
import { zipped } from "./zip";

export const recipes = signal<Recipe[] | null>(null);
export const data = signal<string | null>(null);
export const recipe = signal("gan");
/** What the stage shows: a piece of work, a dataset, or runs side by side. */
export const looked = signal<{ job: string } | { data: string } | null>(null);
/** Trainings whose curves are laid over each other. */
export const compared = signal<string[]>([]);
/** What is being made ready to be sent: null where nothing is. */
export const sending = signal<{ count: number; share: number } | null>(null);

export const dataset = computed(
  () => datasets.value?.find((one) => one.id === data.value) ?? datasets.value?.[0] ?? null,
);

export const jobById = (id: string): Job | null => jobs.value?.find((one) => one.id === id) ?? null;

/** The files of a zip are counted in 16 bits, and its bytes in 32. */
const MOST = { files: 65_000, bytes: 4e9 };

export async function loadRecipes(): Promise<void> {
  try {
    recipes.value = (await api.get<{ data: Recipe[] }>("/v1/recipes")).data;
  } catch (error) {
    complain(error);
  }
}

function add(job: Job): void {
  jobs.value = [job, ...(jobs.value ?? []).filter((one) => one.id !== job.id)];
  looked.value = { job: job.id };
}

/** Sends pictures to be made a dataset of. */
export async function prepare(found: Found[], size: string): Promise<void> {
  const { name, files } = rooted(found);
  if (files.length === 0) return toast(t("train.pictures.none"), "error");
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const most = Math.min(about.value?.limits.upload ?? MOST.bytes, MOST.bytes);
  if (bytes > most || files.length > MOST.files) {
    return toast(t("train.pictures.too_large", { size: megabytes(bytes), most: megabytes(most) }), "error");
  }
  sending.value = { count: files.length, share: 0 };
  const called = free(name);
  try {
    const one = files.length === 1 && isArchive(files[0]!);
    const file = one
      ? files[0]!.file
      : await zipped(files, (share) => (sending.value = { count: files.length, share }));
    const form = new FormData();
    form.append("name", called);
    if (size) form.append("size", size);
    form.append("files", file, one ? files[0]!.file.name : "pictures.zip");
    add(await api.postForm<Job>("/v1/data", form));
    data.value = called; // what was just given is what will be trained on
  } catch (error) {
    complain(error);
  } finally {
    sending.value = null;
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;

/** Returns a name that a dataset may have and none has yet. */
function free(name: string): string {
  const clean = name.replace(/[^\p{L}\p{N}_ .-]+/gu, "-").replace(/^[^\p{L}\p{N}_]+/u, "").slice(0, 50) || "pictures";
  const taken = new Set(datasets.value?.map(({ id }) => id));
  for (let number = 2, tried = clean; ; tried = `${clean}-${number++}`) if (!taken.has(tried)) return tried;
}

export interface Asked {
  name: string;
  minutes: number;
  seed: number;
  set: Record<string, string>;
}

export async function train(asked: Asked): Promise<void> {
  if (!dataset.value) return;
  try {
    add(await api.post<Job>("/v1/train", { data: dataset.value.id, recipe: recipe.value, ...asked }));
  } catch (error) {
    complain(error);
  }
}

/** Asks something of a piece of work: that it ends, or goes on. */
export async function act(job: Job, what: "cancel" | "stop" | "resume", body: unknown = {}): Promise<void> {
  try {
    const now = await api.post<Job>(jobPath(job.id, `/${what}`), body);
    jobs.value = (jobs.value ?? []).map((one) => (one.id === now.id ? now : one));
  } catch (error) {
    complain(error);
  }
}

export function compare(id: string, on: boolean): void {
  compared.value = on ? [...compared.value, id] : compared.value.filter((one) => one !== id);
}
