import { batch, computed, effect, signal } from "@preact/signals";
import { api, ApiError } from "../../api";
import { choose, complain, datasets, fits, modelOf, modelsOf, takeHandoff } from "../../state";
import type { Counterfactual, Doses, Unit, Value, Values } from "../../types";

/** Whose other world it is. */
export const unit = signal<Unit>({ seed: 0 });
/** Whether a picture is to be given whose other world it will be. */
export const waiting = signal(false);
/** What is done to it. */
export const doing = signal<Values>({});
/** The cause that is being looked at. */
export const cause = signal<string | null>(null);

export const answer = signal<Counterfactual | null>(null);
/** The attributes of the newest live frame, which comes before the whole answer. */
export const liveAttributes = signal<Values | null>(null);
export const failure = signal<string | null>(null);
export const doses = signal<Doses | null>(null);
export const dosesFailure = signal<string | null>(null);
/** True while the answer on screen is to an older question. */
export const behind = signal(false);

/** Null lets the attribute be what its causes make it. */
export function setDoing(name: string, value: Value | null): void {
  const { [name]: _, ...others } = doing.peek();
  doing.value = value === null ? others : { ...others, [name]: value };
}

export function setUnit(next: Unit): void {
  waiting.value = false;
  unit.value = next;
}

/** Takes over the question of a picture that was saved here. */
export function takeGiven(): void {
  const given = takeHandoff("whatif");
  const asked = given && modelsOf("causal").find(({ id }) => id === given.model);
  if (!asked) return;
  batch(() => {
    choose(asked);
    forget();
    setUnit(given.unit);
    doing.value = given.do;
    cause.value = Object.keys(given.do)[0] ?? null;
  });
}

const model = computed(() => modelOf("causal")?.id ?? null);
const settle = 250;

/** Runs `work` a moment after the last change; what was under way is taken back. */
function settled(work: (signal: AbortSignal) => Promise<void>): () => void {
  const controller = new AbortController();
  const timer = setTimeout(() => void work(controller.signal), settle);
  return () => {
    clearTimeout(timer);
    controller.abort();
  };
}

/** Asks for the whole answer (the picture as it is, the truth, warnings) when the hand rests. */
function askWhole() {
  const asked = { model: model.value, unit: unit.value, do: doing.value };
  if (asked.model === null) return;
  behind.value = true;
  return settled(async (signal) => {
    try {
      const found = await api.post<Counterfactual>("/v1/causal/counterfactual", asked, signal);
      batch(() => {
        answer.value = found;
        liveAttributes.value = null;
        failure.value = null;
        behind.value = false;
      });
    } catch (error) {
      told(error, failure);
    }
  });
}

function askDoses() {
  const asked = { model: model.value, unit: unit.value, name: cause.value };
  doses.value = null;
  dosesFailure.value = null;
  if (asked.model === null || asked.name === null) return;
  return settled(async (signal) => {
    try {
      doses.value = await api.post<Doses>("/v1/causal/doses", asked, signal);
    } catch (error) {
      told(error, dosesFailure);
    }
  });
}

/** A refusal stays where the answer would be; anything else is said once. */
function told(error: unknown, place: typeof failure): void {
  if (error instanceof ApiError && error.type !== "offline") place.value = error.message;
  else complain(error);
}

let known: string | null = null;

/** Datasets with pictures such as the model knows. */
export const fitting = computed(() => (datasets.value ?? []).filter((data) => fits(modelOf("causal"), data)));

/** Another graph has other nodes, and other pictures. */
function forget(): void {
  if (model.value === known) return;
  known = model.value;
  const now = unit.peek();
  if ("data" in now && !fitting.peek().some(({ id }) => id === now.data)) setUnit({ seed: 0 });
  doing.value = {};
  cause.value = null;
  answer.value = null;
  liveAttributes.value = null;
}

/** Keeps the answers true to the questions while the view is on screen; returns how to end that. */
export function follow(): () => void {
  const ends = [effect(forget), effect(askWhole), effect(askDoses)];
  return () => ends.forEach((end) => end());
}
