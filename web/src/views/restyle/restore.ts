import { chooseModel, modelsOf } from "../../state";
import type { StyleSettings, WeightedStyle } from "../../types";
import { styleWeights, factors, mask, paintings, scale, seed, side, sources } from "./store";

/** Sets the controls to the settings of a picture that was restyled before. */
export function restoreSettings(settings: StyleSettings): void {
  const styles = normalised(settings.styles);
  const model = modelsOf("instant").find(({ id }) => id === settings.model);
  factors.value = settings.factors;
  if (model) {
    chooseModel("instant", model.id);
    styleWeights.value = Object.fromEntries(styles.map(({ style, weight }) => [style, weight]));
    return;
  }
  paintings.value = styles.map(({ style, weight }) => ({ id: style, weight }));
  sources.value = settings.from;
  mask.value = settings.mask;
  scale.value = settings.scale;
  side.value = settings.size;
  seed.value = settings.seed;
}

/** Scales weights to at most 1, the end of the sliders: only their ratios matter. */
function normalised(styles: WeightedStyle[]): WeightedStyle[] {
  const largest = Math.max(1, ...styles.map(({ weight }) => weight));
  return styles.map(({ style, weight }) => ({ style, weight: weight / largest }));
}
