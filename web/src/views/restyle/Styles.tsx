import { t } from "../../i18n";
import { models } from "../../state";
import { Dropzone, IconButton, ModelPicker, Slider } from "../../ui";
import {
  applyLook,
  content,
  instantModel,
  look,
  LOOKS,
  mixture,
  paintings,
  refineJob,
  strength,
  styleWeights,
  upload,
  url,
} from "./store";

/** The instant model's styles, mixed by weight. */
export function InstantStyles() {
  const model = instantModel();
  if (!model) return models.value && <p class="muted small">{t("restyle.no_model")}</p>;
  const set = (name: string, weight: number) => (styleWeights.value = { ...mixture.value, [name]: weight });
  return (
    <section>
      <h2>{t("restyle.styles")}</h2>
      <ModelPicker kind="instant" />
      <ul class="restyle-styles">
        {(model.styles ?? []).map((name) => {
          const weight = mixture.value[name] ?? 0;
          return (
            <li key={name}>
              <button
                type="button"
                class="chip restyle-style"
                aria-pressed={weight > 0}
                onClick={() => (styleWeights.value = { [name]: 1 })}
                onContextMenu={(event) => event.preventDefault()}
              >
                {model.thumbnails?.[name] && <img src={model.thumbnails[name]} alt="" />}
                {title(name)}
              </button>
              <Slider
                label={t("restyle.weight", { name: title(name) })}
                value={weight}
                min={0}
                max={1}
                step={0.05}
                onInput={(moved) => set(name, moved)}
              />
            </li>
          );
        })}
      </ul>
      <p class="muted small">{t("restyle.styles.how")}</p>
    </section>
  );
}

/** Returns a readable name of a style: `munch-the-scream-1893` is "Munch the scream 1893". */
const title = (name: string): string => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll("-", " ");

/** Looks made by classical filters: each press starts a job. */
export function Looks() {
  const busy = ["queued", "running"].includes(refineJob.value?.state ?? "");
  return (
    <section>
      <h2>{t("restyle.looks")}</h2>
      <div class="row restyle-looks">
        {LOOKS.map((name) => (
          <button
            key={name}
            type="button"
            class="chip"
            aria-pressed={look.value === name}
            disabled={!content.value || busy}
            onClick={() => void applyLook(name)}
          >
            {t(`restyle.look.${name}`)}
          </button>
        ))}
      </div>
      <Slider
        label={t("restyle.strength")}
        value={strength.value}
        min={0}
        max={1}
        step={0.05}
        reset={1}
        onInput={(value) => (strength.value = value)}
      />
      <p class="muted small">{t("restyle.looks.how")}</p>
    </section>
  );
}

/** The user's own paintings, which only the full engine can use. */
export function OwnPaintings() {
  const change = (id: string, weight: number) =>
    (paintings.value = paintings.value.map((one) => (one.id === id ? { ...one, weight } : one)));
  const add = (files: File[]) =>
    files.forEach((file) => void upload(file, (id) => (paintings.value = [...paintings.value, { id, weight: 1 }])));

  return (
    <section>
      <h2>{t("restyle.paintings")}</h2>
      <ul class="restyle-paintings">
        {paintings.value.map(({ id, weight }, index) => (
          <li key={id}>
            <img src={url(id)} alt={t("restyle.painting", { index: index + 1 })} />
            <Slider
              label={t("restyle.painting", { index: index + 1 })}
              value={weight}
              min={0}
              max={1}
              step={0.05}
              onInput={(moved) => change(id, moved)}
            />
            <IconButton
              icon="trash"
              label={t("restyle.painting.remove", { index: index + 1 })}
              onClick={() => (paintings.value = paintings.value.filter((one) => one.id !== id))}
            />
          </li>
        ))}
      </ul>
      <Dropzone label={t("restyle.paintings.add")} multiple onFiles={add} />
      <p class="muted small">{t("restyle.paintings.how")}</p>
    </section>
  );
}
