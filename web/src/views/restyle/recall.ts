import { choose, modelsOf } from "../../state";
import type { Restyling, Weighted } from "../../types";
import { chosen, factors, mask, paintings, scale, seed, side, sources } from "./store";

/** Sets the controls as they were for a picture that was restyled before. */
export function recall(asked: Restyling): void {
  const styles = scaled(asked.styles);
  const model = modelsOf("instant").find(({ id }) => id === asked.model);
  factors.value = asked.factors;
  if (model) {
    choose(model);
    chosen.value = Object.fromEntries(styles.map(({ style, weight }) => [style, weight]));
    return;
  }
  paintings.value = styles.map(({ style, weight }) => ({ id: style, weight }));
  sources.value = asked.from;
  mask.value = asked.mask;
  scale.value = asked.scale;
  side.value = asked.size;
  seed.value = asked.seed;
}

/** Only the shares of weights count, and the sliders end at 1. */
function scaled(styles: Weighted[]): Weighted[] {
  const most = Math.max(1, ...styles.map(({ weight }) => weight));
  return styles.map(({ style, weight }) => ({ style, weight: weight / most }));
}
