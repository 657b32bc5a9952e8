import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button, IconButton, LiveCanvas, Meter, Segmented, Warnings } from "../../ui";
import type { Extrapolation, Model } from "../../types";
import { edit, restyle, save } from "./actions";
import { liveRequest } from "./requests";
import { isFavourite, toggle } from "./favourites";
import { Grid } from "./Grid";
import { canRedo, canUndo, goToRandom, mode, redo, position, undo, type Mode } from "./store";
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
  const latent = playing.value ?? position.value.latent;
  const [extrapolated, setExtrapolated] = useState<Extrapolation[]>([]);
  return (
    <div class="big">
      <LiveCanvas
        request={liveRequest(model, latent)}
        label={t("explore.picture", { model: model.id, seed: latent.seed })}
        canvasRef={canvas}
        onFrame={(header) => setExtrapolated(header.extrapolated ?? [])}
      />
      <Warnings found={extrapolated} />
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
      <Button icon="random" onClick={goToRandom} title={`${t("explore.random")} (R)`} aria-label={t("explore.random")}>
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
  const { latent } = position.value;
  const favourite = isFavourite(model, latent);
  return (
    <>
      <IconButton
        icon="star"
        label={t(favourite ? "ui.unfavourite" : "ui.favourite")}
        pressed={favourite}
        onClick={() => canvas.current && toggle(model, latent, canvas.current)}
      />
      <IconButton icon="edit" label={t("ui.edit")} onClick={() => edit(model, latent)} />
      <IconButton icon="restyle" label={t("ui.restyle")} onClick={() => void restyle(model, latent)} />
      <Button
        icon="save"
        kind="primary"
        title={`${t("ui.save")} (S)`}
        aria-label={t("ui.save")}
        onClick={() => void save(model, latent)}
      >
        <span class="wide-only">{t("ui.save")}</span>
      </Button>
    </>
  );
}
