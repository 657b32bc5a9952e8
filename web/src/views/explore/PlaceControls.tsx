import { t } from "../../i18n";
import { randomSeed } from "../../place";
import { IconButton, NumberField, Slider } from "../../ui";
import { spotOf } from "./map";
import { change, firstSeed, keep, setSpot, spot } from "./studio";

const largestSeed = Number.MAX_SAFE_INTEGER;
const percent = (share: number) => `${Math.round(share * 100)} %`;

export function GridControls() {
  return (
    <section>
      <NumberField
        label={t("explore.first")}
        value={firstSeed.value}
        min={0}
        max={largestSeed}
        onChange={(value) => (firstSeed.value = Math.round(value))}
      />
      <Truncation />
      <p class="muted small">{t("explore.grid.hint")}</p>
    </section>
  );
}

export function PlaceControls() {
  const { place } = spot.value;
  const here = (seed: number) => setSpot(spotOf({ ...place, seed: Math.round(seed), index: 0, blend: null }));
  return (
    <section>
      <NumberField label={t("explore.seed")} value={place.seed} min={0} max={largestSeed} onChange={here} />
      <Truncation />
      <Mix />
    </section>
  );
}

function Truncation() {
  return (
    <Slider
      label={t("explore.truncation")}
      title={t("explore.truncation.about")}
      value={spot.value.place.truncation}
      min={0.05}
      max={1}
      step={0.05}
      reset={1}
      onInput={(truncation) => change({ truncation })}
      onCommit={keep}
    />
  );
}

/** A share of the way to another seed. */
function Mix() {
  const mix = spot.value.place.mix ?? { seed: 1, share: 0 };
  const other = (seed: number) => {
    change({ mix: { ...mix, seed: Math.round(seed) } });
    keep();
  };
  return (
    <>
      <div class="row-field">
        <NumberField label={t("explore.mix.seed")} value={mix.seed} min={0} max={largestSeed} onChange={other} />
        <IconButton icon="random" label={t("explore.mix.random")} onClick={() => other(randomSeed())} />
      </div>
      <Slider
        label={t("explore.mix.share")}
        value={mix.share}
        min={0}
        max={1}
        step={0.01}
        reset={0}
        format={percent}
        onInput={(share) => change({ mix: share === 0 ? null : { ...mix, share } })}
        onCommit={keep}
      />
    </>
  );
}
