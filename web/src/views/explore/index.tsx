import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { useKeys } from "../../keys";
import { models, modelOf } from "../../state";
import { Loading } from "../../shell/Loading";
import { NoModels } from "../../shell/NoModels";
import { Empty, ModelPicker } from "../../ui";
import type { Model } from "../../types";
import { save } from "./actions";
import { loadDirections } from "./requests";
import { Conditions } from "./Conditions";
import { Directions } from "./Directions";
import { toggle } from "./favourites";
import { GridControls, LatentControls } from "./LatentControls";
import { MapPad } from "./MapPad";
import { Stage } from "./Stage";
import { goToRandom, mode, nudge, redo, position, takeInput, undo } from "./store";
import { pause } from "./walk";
import "./explore.css";

export default function Explore() {
  useSignalEffect(takeInput);
  const model = modelOf("image");
  if (models.value === null) return <Loading />;
  if (!model) return <NoModels kind="image" />;
  if (!model.can?.includes("sample")) {
    return (
      <Empty title={t("explore.cannot", { model: model.id })}>
        {model.problem && <p>{model.problem}</p>}
        <ModelPicker kind="image" />
      </Empty>
    );
  }
  return <Studio model={model} />;
}

/** The step of an arrow key on the map. */
const step = 0.1;

function Studio({ model }: { model: Model }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => void loadDirections(model), [model]);
  useEffect(() => pause, []);

  const inPicture = (act: () => void) => () => {
    if (mode.value === "picture") act();
  };
  useKeys({
    r: goToRandom,
    s: inPicture(() => void save(model, position.value.latent)),
    f: inPicture(() => canvas.current && toggle(model, position.value.latent, canvas.current)),
    "ctrl+z": undo,
    "ctrl+shift+z": redo,
    "ctrl+y": redo,
    ArrowLeft: () => nudge(-step, 0),
    ArrowRight: () => nudge(step, 0),
    ArrowUp: () => nudge(0, -step),
    ArrowDown: () => nudge(0, step),
  });

  const grid = mode.value === "grid";
  return (
    <div class="workbench explore">
      <h1 class="sr-only">{t("shell.view.explore")}</h1>
      <aside class="panel" aria-label={t("explore.where")}>
        <ModelPicker kind="image" />
        {grid ? <GridControls /> : <MapPad model={model} />}
        {!grid && <LatentControls />}
      </aside>
      <Stage model={model} canvas={canvas} />
      <aside class="panel" aria-label={t("explore.what")}>
        <Conditions model={model} />
        {!grid && <Directions model={model} />}
      </aside>
    </div>
  );
}
