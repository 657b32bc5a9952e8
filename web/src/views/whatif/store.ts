import { batch, computed, effect, signal } from "@preact/signals";
import { api, ApiError } from "../../api";
import { chooseModel, reportError, datasets, sameShape, modelOf, modelsOf, takeViewInput } from "../../state";
import type { Counterfactual, DoseResponse, Unit, Value, Values } from "../../types";

/** The unit of the counterfactual. */
export const unit = signal<Unit>({ seed: 0 });
/** Whether the user is about to choose a picture as the unit. */
export const awaitingPicture = signal(false);
/** Attributes that are set by intervention. */
export const interventions = signal<Values>({});
/** The selected node of the graph. */
export const selectedNode = signal<string | null>(null);

export const counterfactual = signal<Counterfactual | null>(null);
/** The attributes of the newest live frame, which arrives before the whole answer. */
export const liveAttributes = signal<Values | null>(null);
export const failure = signal<string | null>(null);
export const doseResponse = signal<DoseResponse | null>(null);
export const doseResponseFailure = signal<string | null>(null);
/** True while the answer on screen is for earlier settings. */
export const stale = signal(false);

/** Sets an attribute by intervention; null removes the intervention. */
export function setIntervention(name: string, value: Value | null): void {
  const { [name]: _, ...others } = interventions.peek();
  interventions.value = value === null ? others : { ...others, [name]: value };
}

export function setUnit(next: Unit): void {
  awaitingPicture.value = false;
  unit.value = next;
}

/** Restores the unit and interventions of a saved counterfactual picture. */
export function takeInput(): void {
  const input = takeViewInput("whatif");
  const chosen = input && modelsOf("causal").find(({ id }) => id === input.model);
  if (!chosen) return;
  batch(() => {
    chooseModel("causal", chosen.id);
    resetForModel();
    setUnit(input.unit);
    interventions.value = input.do;
    selectedNode.value = Object.keys(input.do)[0] ?? null;
  });
}

const model = computed(() => modelOf("causal")?.id ?? null);
const debounceMs = 250;

/** Runs `work` a moment after the last change; the returned function cancels it. */
function debounced(work: (signal: AbortSignal) => Promise<void>): () => void {
  const controller = new AbortController();
  const timer = setTimeout(() => void work(controller.signal), debounceMs);
  return () => {
    clearTimeout(timer);
    controller.abort();
  };
}

/** Requests the whole answer (factual and true pictures, warnings) when the user pauses. */
function fetchCounterfactual() {
  const request = { model: model.value, unit: unit.value, do: interventions.value };
  if (request.model === null) return;
  stale.value = true;
  return debounced(async (signal) => {
    try {
      const found = await api.post<Counterfactual>("/v1/causal/counterfactual", request, signal);
      batch(() => {
        counterfactual.value = found;
        liveAttributes.value = null;
        failure.value = null;
        stale.value = false;
      });
    } catch (error) {
      reportFailure(error, failure);
    }
  });
}

function fetchDoseResponse() {
  const request = { model: model.value, unit: unit.value, name: selectedNode.value };
  doseResponse.value = null;
  doseResponseFailure.value = null;
  if (request.model === null || request.name === null) return;
  return debounced(async (signal) => {
    try {
      doseResponse.value = await api.post<DoseResponse>("/v1/causal/dose-response", request, signal);
    } catch (error) {
      reportFailure(error, doseResponseFailure);
    }
  });
}

/** An error of the server is shown in place of the answer; any other error as a message. */
function reportFailure(error: unknown, target: typeof failure): void {
  if (error instanceof ApiError && error.type !== "offline") target.value = error.message;
  else reportError(error);
}

let currentModel: string | null = null;

/** Datasets of the model's shape. */
export const matchingDatasets = computed(() => (datasets.value ?? []).filter((data) => sameShape(modelOf("causal"), data)));

/** Clears what belongs to another model: its nodes, and its dataset. */
function resetForModel(): void {
  if (model.value === currentModel) return;
  currentModel = model.value;
  const now = unit.peek();
  if ("data" in now && !matchingDatasets.peek().some(({ id }) => id === now.data)) setUnit({ seed: 0 });
  interventions.value = {};
  selectedNode.value = null;
  counterfactual.value = null;
  liveAttributes.value = null;
}

/** Keeps the answers up to date while the view is on screen; returns the function that ends it. */
export function follow(): () => void {
  const ends = [effect(resetForModel), effect(fetchCounterfactual), effect(fetchDoseResponse)];
  return () => ends.forEach((end) => end());
}
