import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button, Dropzone, NumberField, Select, Slider } from "../../ui";
import { MaskSheet } from "./MaskSheet";
import { content, mask, paintings, scale, seed, side, sources, upload, url, type SourceFactor } from "./store";

const SOURCE_FACTORS: SourceFactor[] = ["colour", "line", "texture"];
const SIDES = ["256", "512", "768", "1024"];

/** Settings of the full engine alone: the source of each factor, the size of strokes, and a mask. */
export function Sources() {
  const [drawingMask, setDrawingMask] = useState(false);
  return (
    <details class="restyle-sources">
      <summary>{t("restyle.more")}</summary>
      <div class="stack">
        <Slider
          label={t("restyle.scale")}
          value={scale.value}
          min={0.25}
          max={4}
          step={0.05}
          reset={1}
          onInput={(value) => (scale.value = value)}
        />
        <Select
          label={t("restyle.side")}
          value={String(side.value)}
          options={[...new Set([...SIDES, String(side.value)])].map((value) => ({ value, label: value }))}
          onChange={(value) => (side.value = Number(value))}
        />
        <NumberField label={t("restyle.seed")} value={seed.value} min={0} onChange={(value) => (seed.value = Math.round(value))} />
        {SOURCE_FACTORS.map((factor) => (
          <Source key={factor} factor={factor} />
        ))}
        <div class="stack">
          <span class="muted">{t("restyle.mask")}</span>
          {mask.value && <img src={url(mask.value)} alt={t("restyle.mask")} />}
          <div class="row">
            <Button icon="brush" disabled={!content.value} onClick={() => setDrawingMask(true)}>
              {t("restyle.mask.draw")}
            </Button>
            {mask.value && <Button onClick={() => (mask.value = null)}>{t("restyle.mask.none")}</Button>}
          </div>
          <p class="muted small">{t(paintings.value.length > 1 ? "restyle.mask.many" : "restyle.mask.one")}</p>
        </div>
      </div>
      {drawingMask && <MaskSheet onClose={() => setDrawingMask(false)} />}
    </details>
  );
}

/** The source of one factor: the paintings, or a picture of its own. */
function Source({ factor }: { factor: SourceFactor }) {
  const source = sources.value[factor];
  const set = (id: string | null) => {
    const { [factor]: _, ...rest } = sources.value;
    sources.value = id ? { ...rest, [factor]: id } : rest;
  };
  return (
    <div class="stack">
      <span class="muted">{t(`restyle.from.${factor}`)}</span>
      {source ? (
        <div class="row">
          <img src={url(source)} alt={t(`restyle.from.${factor}`)} />
          <Button onClick={() => set(null)}>{t("restyle.from.paintings")}</Button>
        </div>
      ) : (
        <Dropzone label={t("restyle.from.choose")} onFiles={([file]) => file && void upload(file, set)} />
      )}
    </div>
  );
}
