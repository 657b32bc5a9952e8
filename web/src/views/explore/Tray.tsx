import { signal } from "@preact/signals";
import { t } from "../../i18n";
import { models } from "../../state";
import { IconButton, Segmented } from "../../ui";
import type { Model } from "../../types";
import { favourites, forget, type Favourite } from "./favourites";
import { open } from "./studio";
import { WalkFilm, WalkStrip } from "./WalkStrip";

type Shelf = "favourites" | "walk";

const shelf = signal<Shelf>("favourites");

/** Beneath the stage: what was kept, and the walk. */
export function Tray({ model }: { model: Model }) {
  const options: { value: Shelf; label: string }[] = [
    { value: "favourites", label: t("explore.favourites") },
    { value: "walk", label: t("explore.walk") },
  ];
  return (
    <section class="tray" aria-label={t("explore.tray")}>
      <div class="row spread">
        <Segmented
          label={t("explore.tray")}
          value={shelf.value}
          options={options}
          onChange={(value) => (shelf.value = value)}
        />
        {shelf.value === "walk" && <WalkFilm model={model} />}
      </div>
      {shelf.value === "favourites" ? <Favourites /> : <WalkStrip model={model} />}
    </section>
  );
}

function Favourites() {
  if (favourites.value.length === 0) return <p class="strip muted small">{t("explore.favourites.none")}</p>;
  return (
    <ul class="strip">
      {favourites.value.map((favourite, index) => (
        <Kept key={`${favourite.sha256} ${JSON.stringify(favourite.place)}`} favourite={favourite} index={index} />
      ))}
    </ul>
  );
}

function Kept({ favourite, index }: { favourite: Favourite; index: number }) {
  const { sha256, place, thumbnail, model: name } = favourite;
  const model = models.value?.find((one) => one.sha256 === sha256);
  const words = { number: index + 1, model: name };
  return (
    <li class="kept">
      <button
        type="button"
        disabled={!model}
        title={model ? undefined : t("explore.favourites.gone", words)}
        aria-label={t("explore.favourites.open", words)}
        onClick={() => model && open(model.id, place)}
      >
        <img src={thumbnail} alt="" />
      </button>
      <IconButton icon="close" label={t("explore.favourites.forget", words)} onClick={() => forget(favourite)} />
    </li>
  );
}
