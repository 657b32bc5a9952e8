import { t } from "../i18n";
import { meter } from "../timings";

/** Median times of the newest pictures, from the moved control to the drawn canvas. */
export function Meter() {
  const times = meter.value;
  if (!times) return null;
  const { total, model, encode, queue } = times;
  const short = (ms: number) => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0));
  return (
    <p class="meter" title={t("ui.meter")}>
      <strong>{t("ui.meter.total", { ms: short(total) })}</strong>
      <span>{t("ui.meter.parts", { model: short(model), encode: short(encode), queue: short(queue) })}</span>
    </p>
  );
}
