import { t } from "../../i18n";
import { Button, Checkbox, IconButton, NumberField, Thumbnail } from "../../ui";
import type { Model } from "../../types";
import { askSmall } from "./asking";
import { goTo, mode, spot } from "./studio";
import { addStop, closed, pause, play, playing, removeStop, saveWalk, saving, seconds, stops } from "./walk";

/** As many stops, and as long a leg, as the server takes. */
const mostStops = 24;
const longest = 5;

/** The stops of the walk. */
export function WalkStrip({ model }: { model: Model }) {
  return (
    <ul class="strip">
      {stops.value.map((place, index) => (
        <li key={index} class="kept">
          <button type="button" aria-label={t("explore.walk.open", { number: index + 1 })} onClick={() => goTo(place)}>
            <Thumbnail ask={askSmall(model, place)} />
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
          disabled={mode.value === "grid" || stops.value.length >= mostStops}
          onClick={() => addStop(spot.value.place)}
        >
          {t("explore.walk.add")}
        </Button>
      </li>
      {stops.value.length < 2 && <li class="muted small">{t("explore.walk.hint")}</li>}
    </ul>
  );
}

/** The film of the walk: shown here, or saved. */
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
        max={longest}
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
