import { t } from "../../i18n";
import { ResetButton, Slider, Spinner } from "../../ui";
import type { Model } from "../../types";
import { directionsOf } from "./requests";
import { change, commit, setDirection, position } from "./store";

const maxShown = 8;
const maxAmount = 3;
/** Standard deviations below which a change is not named. */
const minChange = 0.1;
const scorers = ["brightness", "contrast", "colourfulness", "warmth", "size"] as const;

/** Sliders along directions of the model's latent space, in standard deviations. */
export function Directions({ model }: { model: Model }) {
  const known = directionsOf(model);
  const amounts = position.value.latent.directions;
  const moved = Object.keys(amounts).length > 0;
  const reset = () => {
    change({ directions: {} });
    commit();
  };
  return (
    <section>
      <div class="row spread">
        <h2>{t("explore.directions")}</h2>
        <ResetButton disabled={!moved} onClick={reset} />
      </div>
      {known === undefined && <Spinner />}
      {known === null && <p class="muted small">{t("explore.directions.failed")}</p>}
      {known?.length === 0 && <p class="muted small">{t("explore.directions.none")}</p>}
      {known?.slice(0, maxShown).map(({ name, about, changes }) => (
        <Slider
          key={name}
          label={labelOf(name, changes)}
          title={about}
          value={amounts[name] ?? 0}
          min={-maxAmount}
          max={maxAmount}
          step={0.05}
          reset={0}
          onInput={(amount) => setDirection(name, amount)}
          onCommit={commit}
        />
      ))}
    </section>
  );
}

/** Principal components are numbered; directions found for an attribute have its name. */
function labelOf(name: string, changes: Record<string, number>): string {
  const number = /^pca-(\d+)$/.exec(name)?.[1];
  if (!number) return name;
  const component = t("explore.directions.component", { number });
  const [scorer, change] = Object.entries(changes)[0] ?? ["", 0];
  if (!isScorer(scorer) || Math.abs(change) < minChange) return component;
  return `${component} · ${t(`explore.scorer.${scorer}`)} ${change > 0 ? "↑" : "↓"}`;
}

function isScorer(name: string): name is (typeof scorers)[number] {
  return (scorers as readonly string[]).includes(name);
}
