import { t } from "../../i18n";
import { randomSeed } from "../../latentSpec";
import { IconButton, NumberField, Slider } from "../../ui";
import { positionOf } from "./map";
import { change, firstSeed, commit, setPosition, position } from "./store";

const largestSeed = Number.MAX_SAFE_INTEGER;
const percent = (share: number) => `${Math.round(share * 100)} %`;

/** Controls of the grid of seeds. */
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

/** Controls of the latent spec of one picture: seed, truncation and mix. */
export function LatentControls() {
  const { latent } = position.value;
  const goToSeed = (seed: number) => setPosition(positionOf({ ...latent, seed: Math.round(seed), index: 0, blend: null }));
  return (
    <section>
      <NumberField label={t("explore.seed")} value={latent.seed} min={0} max={largestSeed} onChange={goToSeed} />
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
      value={position.value.latent.truncation}
      min={0.05}
      max={1}
      step={0.05}
      reset={1}
      onInput={(truncation) => change({ truncation })}
      onCommit={commit}
    />
  );
}

/** Interpolation towards another seed. */
function Mix() {
  const mix = position.value.latent.mix ?? { seed: 1, share: 0 };
  const other = (seed: number) => {
    change({ mix: { ...mix, seed: Math.round(seed) } });
    commit();
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
        onCommit={commit}
      />
    </>
  );
}
