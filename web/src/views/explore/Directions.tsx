import { t } from "../../i18n";
import { Button, Slider, Spinner } from "../../ui";
import type { Model } from "../../types";
import { directionsOf } from "./asking";
import { change, keep, setDirection, spot } from "./studio";

const shown = 8;
const furthest = 3;
/** Standard deviations below which a change is not worth a word. */
const noticed = 0.1;
const looks = ["brightness", "contrast", "colourfulness", "warmth", "size"] as const;

/** Ways to go in the model's space, in standard deviations. */
export function Directions({ model }: { model: Model }) {
  const known = directionsOf(model);
  const amounts = spot.value.place.directions;
  const moved = Object.keys(amounts).length > 0;
  const restart = () => {
    change({ directions: {} });
    keep();
  };
  return (
    <section>
      <div class="row spread">
        <h2>{t("explore.directions")}</h2>
        <Button kind="quiet" icon="reset" disabled={!moved} onClick={restart}>
          {t("explore.directions.reset")}
        </Button>
      </div>
      {known === undefined && <Spinner />}
      {known === null && <p class="muted small">{t("explore.directions.failed")}</p>}
      {known?.length === 0 && <p class="muted small">{t("explore.directions.none")}</p>}
      {known?.slice(0, shown).map(({ name, about, changes }) => (
        <Slider
          key={name}
          label={words(name, changes)}
          title={about}
          value={amounts[name] ?? 0}
          min={-furthest}
          max={furthest}
          step={0.05}
          reset={0}
          onInput={(amount) => setDirection(name, amount)}
          onCommit={keep}
        />
      ))}
    </section>
  );
}

/** Principal components have numbers; directions that were found by an attribute have its name. */
function words(name: string, changes: Record<string, number>): string {
  const number = /^pca-(\d+)$/.exec(name)?.[1];
  if (!number) return name;
  const component = t("explore.directions.component", { number });
  const [look, change] = Object.entries(changes)[0] ?? ["", 0];
  if (!isLook(look) || Math.abs(change) < noticed) return component;
  return `${component} · ${t(`explore.look.${look}`)} ${change > 0 ? "↑" : "↓"}`;
}

function isLook(name: string): name is (typeof looks)[number] {
  return (looks as readonly string[]).includes(name);
}
