import { t } from "../../i18n";
import { Button, Checkbox, IconButton, NumberField, Thumbnail } from "../../ui";
import type { Model } from "../../types";
import { thumbnailRequest } from "./requests";
import { goTo, mode, position } from "./store";
import { addStop, closed, pause, play, playing, removeStop, saveWalk, saving, seconds, stops } from "./walk";

/** The server's limits: stops of a walk, and seconds from one to the next. */
const maxStops = 24;
const maxSeconds = 5;

/** The stops of the walk. */
export function WalkStrip({ model }: { model: Model }) {
  return (
    <ul class="strip">
      {stops.value.map((latent, index) => (
        <li key={index} class="tray-item">
          <button type="button" aria-label={t("explore.walk.open", { number: index + 1 })} onClick={() => goTo(latent)}>
            <Thumbnail request={thumbnailRequest(model, latent)} />
          </button>
          <IconButton
            icon="close"
            label={t("explore.walk.remove", { number: index + 1 })}
            onClick={() => removeStop(index)}
          />
        </li>
      ))}
      <li>
        <Button
          icon="plus"
          disabled={mode.value === "grid" || stops.value.length >= maxStops}
          onClick={() => addStop(position.value.latent)}
        >
          {t("explore.walk.add")}
        </Button>
      </li>
      {stops.value.length < 2 && <li class="muted small">{t("explore.walk.hint")}</li>}
    </ul>
  );
}

/** Controls of the walk: preview it, or save it as a video. */
export function WalkFilm({ model }: { model: Model }) {
  const ready = stops.value.length >= 2;
  const preview = () => {
    if (playing.value) return pause();
    mode.value = "picture";
    play();
  };
  return (
    <div class="film">
      <NumberField
        label={t("explore.walk.seconds")}
        value={seconds.value}
        min={0.1}
        max={maxSeconds}
        step={0.1}
        onChange={(value) => (seconds.value = value)}
      />
      <Checkbox checked={closed.value} onChange={(value) => (closed.value = value)}>
        {t("explore.walk.closed")}
      </Checkbox>
      <IconButton
        icon={playing.value ? "pause" : "play"}
        label={t(playing.value ? "explore.walk.pause" : "explore.walk.play")}
        disabled={!ready}
        onClick={preview}
      />
      <Button icon="film" disabled={!ready} busy={saving.value} onClick={() => void saveWalk(model)}>
        {t("explore.walk.save")}
      </Button>
    </div>
  );
}
