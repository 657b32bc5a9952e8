import { t } from "../../i18n";
import { Button, IconButton, LiveCanvas, Meter, Segmented } from "../../ui";
import type { Model } from "../../types";
import { edit, restyle, save } from "./actions";
import { askFor } from "./asking";
import { isFavourite, toggle } from "./favourites";
import { Grid } from "./Grid";
import { canRedo, canUndo, goAnywhere, mode, redo, spot, undo, type Mode } from "./studio";
import { Tray } from "./Tray";
import { playing } from "./walk";

interface StageProps {
  model: Model;
  canvas: { current: HTMLCanvasElement | null };
}

export function Stage({ model, canvas }: StageProps) {
  const grid = mode.value === "grid";
  return (
    <div class="stage">
      <Toolbar model={model} canvas={canvas} />
      {grid ? <Grid model={model} /> : <Big model={model} canvas={canvas} />}
      <Tray model={model} />
    </div>
  );
}

function Big({ model, canvas }: StageProps) {
  const place = playing.value ?? spot.value.place;
  return (
    <div class="big">
      <LiveCanvas
        ask={askFor(model, place)}
        label={t("explore.picture", { model: model.id, seed: place.seed })}
        canvasRef={canvas}
      />
      <Meter />
    </div>
  );
}

function Toolbar({ model, canvas }: StageProps) {
  const grid = mode.value === "grid";
  const modes: { value: Mode; label: string }[] = [
    { value: "grid", label: t("explore.mode.grid") },
    { value: "picture", label: t("explore.mode.picture") },
  ];
  return (
    <div class="toolbar">
      <Segmented label={t("explore.mode")} value={mode.value} options={modes} onChange={(value) => (mode.value = value)} />
      <Button icon="random" onClick={goAnywhere} title={`${t("explore.random")} (R)`} aria-label={t("explore.random")}>
        <span class="wide-only">{t("explore.random")}</span>
      </Button>
      <IconButton icon="undo" label={t("ui.undo")} disabled={!canUndo.value} onClick={undo} />
      <IconButton icon="redo" label={t("ui.redo")} disabled={!canRedo.value} onClick={redo} />
      <span class="toolbar-gap" />
      {!grid && <PictureActions model={model} canvas={canvas} />}
    </div>
  );
}

function PictureActions({ model, canvas }: StageProps) {
  const { place } = spot.value;
  const favourite = isFavourite(model, place);
  return (
    <>
      <IconButton
        icon="star"
        label={t(favourite ? "ui.unfavourite" : "ui.favourite")}
        pressed={favourite}
        onClick={() => canvas.current && toggle(model, place, canvas.current)}
      />
      <IconButton icon="edit" label={t("ui.edit")} onClick={() => edit(model, place)} />
      <IconButton icon="restyle" label={t("ui.restyle")} onClick={() => void restyle(model, place)} />
      <Button
        icon="save"
        kind="primary"
        title={`${t("ui.save")} (S)`}
        aria-label={t("ui.save")}
        onClick={() => void save(model, place)}
      >
        <span class="wide-only">{t("ui.save")}</span>
      </Button>
    </>
  );
}
