/** State of the Train view: dataset, recipe, and the job or dataset that is open. */

import { computed, signal } from "@preact/signals";
import { api, jobPath, type Job, type Recipe } from "../../api";
import { t } from "../../i18n";
import { about, reportError, datasets, jobs, toast } from "../../state";
import { isArchive, withoutRoot, type Found } from "./collect";
import { freeName, validName } from "./names";
import { zipped } from "./zip";

export const recipes = signal<Recipe[] | null>(null);
export const data = signal<string | null>(null);
export const recipe = signal("gan");
/** The job or dataset in the main area; null shows the most recent one. */
export const opened = signal<{ job: string } | { data: string } | null>(null);
/** Ids of the trainings that are compared. */
export const compared = signal<string[]>([]);
/** The upload in progress: the number of files, and the fraction that is packed; null where there is none. */
export const upload = signal<{ count: number; share: number } | null>(null);

export const dataset = computed(
  () => datasets.value?.find((one) => one.id === data.value) ?? datasets.value?.[0] ?? null,
);

export const jobById = (id: string): Job | null => jobs.value?.find((one) => one.id === id) ?? null;

/** Limits of the zip format without its 64-bit extension: 16 bits count the files, 32 bits the bytes. */
const ZIP_LIMIT = { files: 65_000, bytes: 4e9 };

export async function loadRecipes(): Promise<void> {
  try {
    recipes.value = (await api.get<{ data: Recipe[] }>("/v1/recipes")).data;
  } catch (error) {
    reportError(error);
  }
}

function add(job: Job): void {
  jobs.value = [job, ...(jobs.value ?? []).filter((one) => one.id !== job.id)];
  opened.value = { job: job.id };
}

/** Uploads pictures, and starts the job that prepares a dataset from them. */
export async function prepare(found: Found[], size: string): Promise<void> {
  const { name, files } = withoutRoot(found);
  if (files.length === 0) return toast(t("train.pictures.none"), "error");
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const limit = Math.min(about.value?.limits.upload ?? ZIP_LIMIT.bytes, ZIP_LIMIT.bytes);
  if (bytes > limit || files.length > ZIP_LIMIT.files) {
    return toast(t("train.pictures.too_large", { size: megabytes(bytes), most: megabytes(limit) }), "error");
  }
  upload.value = { count: files.length, share: 0 };
  const datasetName = freeName(validName(name), datasets.value);
  try {
    const one = files.length === 1 && isArchive(files[0]);
    const file = one
      ? files[0].file
      : await zipped(files, (share) => (upload.value = { count: files.length, share }));
    const form = new FormData();
    form.append("name", datasetName);
    if (size) form.append("size", size);
    form.append("files", file, one ? files[0].file.name : "pictures.zip");
    add(await api.postForm<Job>("/v1/data", form));
    data.value = datasetName; // the newest dataset is the one to train on
  } catch (error) {
    reportError(error);
  } finally {
    upload.value = null;
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;

export interface TrainRequest {
  name: string;
  minutes: number;
  seed: number;
  set: Record<string, string>;
}

/** Starts a training on the chosen dataset. */
export async function train(request: TrainRequest): Promise<void> {
  if (!dataset.value) return;
  try {
    add(await api.post<Job>("/v1/train", { data: dataset.value.id, recipe: recipe.value, ...request }));
  } catch (error) {
    reportError(error);
  }
}

/** Cancels, stops or resumes a job. */
export async function postAction(job: Job, what: "cancel" | "stop" | "resume", body: unknown = {}): Promise<void> {
  try {
    const now = await api.post<Job>(jobPath(job.id, `/${what}`), body);
    jobs.value = (jobs.value ?? []).map((one) => (one.id === now.id ? now : one));
  } catch (error) {
    reportError(error);
  }
}

/** Adds a training to the comparison, or removes it. */
export function compare(id: string, on: boolean): void {
  compared.value = on ? [...compared.value, id] : compared.value.filter((one) => one !== id);
}
