import { address, dataPath } from "../../api";
import { t } from "../../i18n";
import { datasets } from "../../state";
import { Button } from "../../ui";
import * as store from "./store";

const STRIP = 24;

/** A dataset: some of its pictures, and the report of the data doctor. */
export function DatasetView({ id }: { id: string }) {
  const dataset = datasets.value?.find((one) => one.id === id);
  if (!dataset) return <p class="muted">{t("ui.loading")}</p>;
  const count = Math.min(STRIP, dataset.pictures);
  const chosen = Array.from({ length: count }, (_, index) => Math.floor((index * dataset.pictures) / count));

  return (
    <article class="train-dataset">
      <header class="row spread">
        <h2>{id}</h2>
        {store.dataset.value?.id !== id && (
          <Button kind="primary" onClick={() => (store.data.value = id)}>
            {t("train.data.use")}
          </Button>
        )}
      </header>
      <div class="train-strip">
        {chosen.map((index) => (
          <img
            key={index}
            loading="lazy"
            src={address(dataPath(id, `/pictures/${index}`))}
            alt={t("train.data.picture", { index })}
          />
        ))}
      </div>
      <iframe class="train-report" src={address(dataPath(id, "/report"))} title={t("train.data.report")} sandbox="" />
    </article>
  );
}
