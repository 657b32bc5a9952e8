import { computed, signal } from "@preact/signals";
import { api, ApiError, isOffline } from "./api";
import { stored } from "./stored";
import { go } from "./route";
import type { About, Dataset, Edit, Job, Model, ModelKind, LatentSpec, StyleSettings, Unit, Values } from "./types";

/** Null until the server has answered. */
export const models = signal<Model[] | null>(null);
export const datasets = signal<Dataset[] | null>(null);
export const jobs = signal<Job[] | null>(null);
export const about = signal<About | null>(null);

/** False while the server cannot be reached. */
export const online = signal(true);

export type Theme = "system" | "light" | "dark";
export const theme = stored<Theme>("theme", "system");

/** Whether generated pictures show an "AI-generated" badge in the studio. Saved files are not affected. */
export const badge = stored("badge", false);

/** The id of the model chosen for each kind of view. */
export const chosenModels = stored<Partial<Record<ModelKind, string>>>("chosen", {});

/** The models of a kind; a causal model that can be described is an image model as well. */
export function modelsOf(kind: ModelKind): Model[] {
  const sampled = (model: Model) => kind === "image" && model.kind === "causal" && model.can?.includes("sample");
  return (models.value ?? []).filter((model) => model.kind === kind || sampled(model));
}

/** The chosen model of a kind, or the first one, or null where there is none. */
export function modelOf(kind: ModelKind): Model | null {
  const all = modelsOf(kind);
  return all.find((model) => model.id === chosenModels.value[kind]) ?? all[0] ?? null;
}

export function chooseModel(kind: ModelKind, id: string): void {
  chosenModels.value = { ...chosenModels.value, [kind]: id };
}

export const runningJobs = computed(() =>
  (jobs.value ?? []).filter((job) => job.state === "running" || job.state === "queued"),
);

/** Whether a queued job waits for another one. */
export function waitsForAnother(job: Job): boolean {
  return runningJobs.value.some(
    (other) => other.id !== job.id && (other.state === "running" || other.created < job.created),
  );
}

/** Whether a model generates pictures of the width, height and channels of a dataset. */
export function sameShape(model: Model | null, data: Dataset): boolean {
  return (
    model !== null && model.width === data.width && model.height === data.height && model.channels === data.channels
  );
}

/** What one view passes to another when it opens it. */
export type ViewInput =
  | { to: "explore"; model: string; latent: LatentSpec }
  | { to: "edit"; picture: string | null; model: string | null; latent: LatentSpec | null; edits: Edit[] }
  | { to: "restyle"; picture: string | null; settings: StyleSettings | null }
  | { to: "whatif"; model: string; unit: Unit; do: Values }
  | { to: "evaluate"; model: string };

/** The input of the view that was opened last, until that view takes it. */
export const viewInput = signal<ViewInput | null>(null);

/** Opens a view with an input. */
export function openView(input: ViewInput): void {
  viewInput.value = input;
  go(input.to);
}

/** Returns the input of a view once; the next call returns null. An effect that calls it runs again on the next input. */
export function takeViewInput<T extends ViewInput["to"]>(to: T): Extract<ViewInput, { to: T }> | null {
  const input = viewInput.value;
  if (input?.to !== to) return null;
  viewInput.value = null;
  return input as Extract<ViewInput, { to: T }>;
}

export interface Toast {
  id: number;
  kind: "info" | "error";
  text: string;
}

export const toasts = signal<Toast[]>([]);
let lastToast = 0;

/** Shows a message for a few seconds. */
export function toast(text: string, kind: Toast["kind"] = "info"): void {
  const id = ++lastToast;
  const others = toasts.value.filter((other) => other.text !== text);
  toasts.value = [...others.slice(-2), { id, kind, text }];
  setTimeout(() => dismiss(id), kind === "error" ? 9000 : 4000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((other) => other.id !== id);
}

/** Shows an error as a message. A server that cannot be reached has its own banner, and an aborted request is no error. */
export function reportError(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (isOffline(error)) {
    online.value = false;
    return;
  }
  toast(error instanceof ApiError || error instanceof Error ? error.message : String(error), "error");
}

export async function refreshModels(): Promise<void> {
  models.value = (await api.get<{ data: Model[] }>("/v1/models")).data;
}

export async function refreshDatasets(): Promise<void> {
  datasets.value = (await api.get<{ data: Dataset[] }>("/v1/data")).data;
}

export async function refreshJobs(): Promise<void> {
  jobs.value = (await api.get<{ data: Job[] }>("/v1/jobs")).data;
}

export async function refreshAll(): Promise<void> {
  try {
    about.value = await api.get<About>("/v1/about");
    await Promise.all([refreshModels(), refreshDatasets(), refreshJobs()]);
    online.value = true;
  } catch (error) {
    reportError(error);
  }
}
