import { computed, signal } from "@preact/signals";
import { api, ApiError, isOffline } from "./api";
import { stored } from "./stored";
import { go } from "./route";
import type { About, Dataset, Edit, Job, Model, ModelKind, Place, Restyling, Unit, Values } from "./types";

/** Null until the server has answered. */
export const models = signal<Model[] | null>(null);
export const datasets = signal<Dataset[] | null>(null);
export const jobs = signal<Job[] | null>(null);
export const about = signal<About | null>(null);

/** False while the server cannot be reached. */
export const online = signal(true);

export type Theme = "system" | "light" | "dark";
export const theme = stored<Theme>("theme", "system");

/** Whether generated pictures show an "AI-generated" badge in the studio. What is saved is not touched by it. */
export const badge = stored("badge", false);

/** The model that each kind of view works with, by the model's id. */
export const chosen = stored<Partial<Record<ModelKind, string>>>("chosen", {});

export function modelsOf(kind: ModelKind): Model[] {
  return (models.value ?? []).filter((model) => model.kind === kind);
}

/** The chosen model of a kind, or the first one, or null where there is none. */
export function modelOf(kind: ModelKind): Model | null {
  const all = modelsOf(kind);
  return all.find((model) => model.id === chosen.value[kind]) ?? all[0] ?? null;
}

export function choose(model: Model): void {
  chosen.value = { ...chosen.value, [model.kind]: model.id };
}

export const runningJobs = computed(() =>
  (jobs.value ?? []).filter((job) => job.state === "running" || job.state === "queued"),
);

/** Whether a job that has not begun waits for another. */
export function waits(job: Job): boolean {
  return runningJobs.value.some(
    (other) => other.id !== job.id && (other.state === "running" || other.created < job.created),
  );
}

/** Whether the pictures of a dataset are such as a model paints. */
export function fits(model: Model | null, data: Dataset): boolean {
  return (
    model !== null && model.width === data.width && model.height === data.height && model.channels === data.channels
  );
}

/** A picture or a place that one view gives to another. */
export type Handoff =
  | { to: "explore"; model: string; place: Place }
  | { to: "edit"; picture: string | null; model: string | null; place: Place | null; edits: Edit[] }
  | { to: "restyle"; picture: string | null; asked: Restyling | null }
  | { to: "whatif"; model: string; unit: Unit; do: Values }
  | { to: "judge"; model: string };

export const handoff = signal<Handoff | null>(null);

export function handOver(given: Handoff): void {
  handoff.value = given;
  go(given.to);
}

/** What was given to a view, once: the next call answers null. In an effect, it is called again when more is given. */
export function takeHandoff<T extends Handoff["to"]>(to: T): Extract<Handoff, { to: T }> | null {
  const given = handoff.value;
  if (given?.to !== to) return null;
  handoff.value = null;
  return given as Extract<Handoff, { to: T }>;
}

export interface Toast {
  id: number;
  kind: "info" | "error";
  text: string;
}

export const toasts = signal<Toast[]>([]);
let lastToast = 0;

export function toast(text: string, kind: Toast["kind"] = "info"): void {
  const id = ++lastToast;
  const others = toasts.value.filter((shown) => shown.text !== text);
  toasts.value = [...others.slice(-2), { id, kind, text }];
  setTimeout(() => dismiss(id), kind === "error" ? 9000 : 4000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((shown) => shown.id !== id);
}

/** Says what went wrong. A server that is gone has its own banner, and a request that was taken back is no mistake. */
export function complain(error: unknown): void {
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
    complain(error);
  }
}
