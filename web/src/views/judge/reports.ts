/** Which models have been judged, and where what was found can be read. */

import { computed, signal } from "@preact/signals";
import { address, api, modelPath, type Dataset, type Job } from "../../api";
import { complain, datasets, fits, jobs, models } from "../../state";

export const model = signal<string | null>(null);
export const data = signal<string | null>(null);
/** The model whose report is read. */
export const read = signal<string | null>(null);
/** Causal models whose soundness was checked; null until the server was asked. */
const checked = signal<string[] | null>(null);

export const judgeable = computed(() => (models.value ?? []).filter((one) => one.kind === "image"));
export const chosenModel = computed(
  () => judgeable.value.find((one) => one.id === model.value) ?? judgeable.value[0] ?? null,
);

/** Datasets, those that fit the model first. */
export const proposed = computed<Dataset[]>(() => {
  const fit = (one: Dataset) => fits(chosenModel.value, one);
  return [...(datasets.value ?? [])].sort((one, other) => Number(fit(other)) - Number(fit(one)));
});

/** The dataset that was chosen; else the first that is proposed. */
export const chosenData = computed<Dataset | null>(
  () => proposed.value.find((one) => one.id === data.value) ?? proposed.value[0] ?? null,
);

/** Chooses a model; a dataset that was chosen for another may not be one for it. */
export function judge(id: string): void {
  model.value = id;
  data.value = null;
}

export const evaluations = computed(() => (jobs.value ?? []).filter((job) => job.kind === "evaluate"));

/** Models that have a report, the newest judged first; null until that is known. */
export const judged = computed<string[] | null>(() => {
  const known = new Set((models.value ?? []).map(({ id }) => id));
  const ended = evaluations.value.filter(({ state }) => state === "done").map(({ name }) => name);
  const all = [...new Set([...ended, ...(checked.value ?? [])])];
  return checked.value && jobs.value ? all.filter((id) => known.has(id)) : null;
});

export const reportUrl = (id: string): string => address(modelPath(id, "/report"));

/** Asks which causal models have a report; of others the evaluations tell. */
export async function look(): Promise<void> {
  const all = (models.value ?? []).filter(({ kind }) => kind === "causal");
  try {
    const found = await Promise.all(all.map(async ({ id }) => ((await hasReport(id)) ? [id] : [])));
    checked.value = found.flat();
  } catch (error) {
    complain(error);
  }
}

/** Whether there is a report, by its headers alone: the page itself may be large. */
async function hasReport(id: string): Promise<boolean> {
  const response = await fetch(reportUrl(id), { credentials: "same-origin" });
  await response.body?.cancel();
  return response.ok;
}

export async function evaluate(): Promise<void> {
  const [one, set] = [chosenModel.value, chosenData.value];
  if (!one || !set) return;
  try {
    const job = await api.post<Job>("/v1/evaluate", { model: one.id, data: set.id });
    jobs.value = [job, ...(jobs.value ?? []).filter((other) => other.id !== job.id)];
  } catch (error) {
    complain(error);
  }
}
