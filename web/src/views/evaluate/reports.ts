/** Which models have been evaluated, and their reports. */

import { computed, signal } from "@preact/signals";
import { address, api, modelPath, type Dataset, type Job } from "../../api";
import { reportError, datasets, sameShape, jobs, models } from "../../state";

export const model = signal<string | null>(null);
export const data = signal<string | null>(null);
/** The model whose report is open. */
export const openReport = signal<string | null>(null);
/** Causal models with a soundness report; null until the server has answered. */
const causalReports = signal<string[] | null>(null);

export const imageModels = computed(() => (models.value ?? []).filter((one) => one.kind === "image"));
export const chosenModel = computed(
  () => imageModels.value.find((one) => one.id === model.value) ?? imageModels.value[0] ?? null,
);

/** Datasets, those of the model's shape first. */
export const sortedDatasets = computed<Dataset[]>(() => {
  const fits = (one: Dataset) => sameShape(chosenModel.value, one);
  return [...(datasets.value ?? [])].sort((one, other) => Number(fits(other)) - Number(fits(one)));
});

/** The chosen dataset, or else the first. */
export const chosenData = computed<Dataset | null>(
  () => sortedDatasets.value.find((one) => one.id === data.value) ?? sortedDatasets.value[0] ?? null,
);

/** Chooses a model, and forgets the dataset chosen for the previous one, which may be of another shape. */
export function chooseModel(id: string): void {
  model.value = id;
  data.value = null;
}

export const evaluations = computed(() => (jobs.value ?? []).filter((job) => job.kind === "evaluate"));

/** Models that have a report, the newest first; null until that is known. */
export const evaluatedModels = computed<string[] | null>(() => {
  const known = new Set((models.value ?? []).map(({ id }) => id));
  const ended = evaluations.value.filter(({ state }) => state === "done").map(({ name }) => name);
  const all = [...new Set([...ended, ...(causalReports.value ?? [])])];
  return causalReports.value && jobs.value ? all.filter((id) => known.has(id)) : null;
});

export const reportUrl = (id: string): string => address(modelPath(id, "/report"));

/** Asks the server which causal models have a report; those of other models are known by their jobs. */
export async function refreshReports(): Promise<void> {
  const all = (models.value ?? []).filter(({ kind }) => kind === "causal");
  try {
    const found = await Promise.all(all.map(async ({ id }) => ((await hasReport(id)) ? [id] : [])));
    causalReports.value = found.flat();
  } catch (error) {
    reportError(error);
  }
}

/** Whether there is a report. Only the headers are read, because the page may be large. */
async function hasReport(id: string): Promise<boolean> {
  const response = await fetch(reportUrl(id), { credentials: "same-origin" });
  await response.body?.cancel();
  return response.ok;
}

/** Starts the evaluation of the chosen model against the chosen dataset. */
export async function evaluate(): Promise<void> {
  const [one, set] = [chosenModel.value, chosenData.value];
  if (!one || !set) return;
  try {
    const job = await api.post<Job>("/v1/evaluate", { model: one.id, data: set.id });
    jobs.value = [job, ...(jobs.value ?? []).filter((other) => other.id !== job.id)];
  } catch (error) {
    reportError(error);
  }
}
