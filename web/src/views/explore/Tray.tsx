import { signal } from "@preact/signals";
import { t } from "../../i18n";
import { models } from "../../state";
import { IconButton, Segmented } from "../../ui";
import type { Model } from "../../types";
import { favourites, remove, type Favourite } from "./favourites";
import { open } from "./store";
import { WalkFilm, WalkStrip } from "./WalkStrip";

type Tab = "favourites" | "walk";

const tab = signal<Tab>("favourites");

/** Below the main area: the favourites, and the walk. */
export function Tray({ model }: { model: Model }) {
  const options: { value: Tab; label: string }[] = [
    { value: "favourites", label: t("explore.favourites") },
    { value: "walk", label: t("explore.walk") },
  ];
  return (
    <section class="tray" aria-label={t("explore.tray")}>
      <div class="row spread">
        <Segmented
          label={t("explore.tray")}
          value={tab.value}
          options={options}
          onChange={(value) => (tab.value = value)}
        />
        {tab.value === "walk" && <WalkFilm model={model} />}
      </div>
      {tab.value === "favourites" ? <Favourites /> : <WalkStrip model={model} />}
    </section>
  );
}

function Favourites() {
  if (favourites.value.length === 0) return <p class="strip muted small">{t("explore.favourites.none")}</p>;
  return (
    <ul class="strip">
      {favourites.value.map((favourite, index) => (
        <FavouriteItem key={`${favourite.sha256} ${JSON.stringify(favourite.latent)}`} favourite={favourite} index={index} />
      ))}
    </ul>
  );
}

function FavouriteItem({ favourite, index }: { favourite: Favourite; index: number }) {
  const { sha256, latent, thumbnail, model: name } = favourite;
  const model = models.value?.find((one) => one.sha256 === sha256);
  const labels = { number: index + 1, model: name };
  return (
    <li class="tray-item">
      <button
        type="button"
        disabled={!model}
        title={model ? undefined : t("explore.favourites.gone", labels)}
        aria-label={t("explore.favourites.open", labels)}
        onClick={() => model && open(model.id, latent)}
      >
        <img src={thumbnail} alt="" />
      </button>
      <IconButton icon="close" label={t("explore.favourites.forget", labels)} onClick={() => remove(favourite)} />
    </li>
  );
}
