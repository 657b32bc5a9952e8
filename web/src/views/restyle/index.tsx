import { useSignalEffect } from "@preact/signals";
import { useCallback, useState } from "preact/hooks";
import { api } from "../../api";
import { t } from "../../i18n";
import { download, fileName } from "../../files";
import { downscaleToLimit } from "../../downscale";
import { hasKind, receiveOr } from "../../shell/receive";
import { reportError, viewInput, openView, modelsOf, takeViewInput } from "../../state";
import { Button, Dropzone, Meter, Slider, useDrop } from "../../ui";
import { InstantPreview } from "./InstantPreview";
import { restoreSettings } from "./restore";
import { Refined } from "./Refined";
import "./restyle.css";
import { Sources } from "./Sources";
import * as store from "./store";
import { InstantStyles, Looks, OwnPaintings } from "./Styles";

export default function Restyle() {
  useSignalEffect(() => {
    const input = viewInput.value && takeViewInput("restyle");
    if (!input) return;
    if (input.picture) store.setContent(input.picture);
    if (input.settings) restoreSettings(input.settings);
  });
  useDrop(useCallback(([file]: File[]) => void takeDropped(file), []));

  return (
    <div class="workbench restyle">
      <h1 class="sr-only">{t("restyle.title")}</h1>
      <aside class="panel" aria-label={t("restyle.what")}>
        <Content />
        <InstantStyles />
        <Looks />
        <OwnPaintings />
      </aside>
      <div class="stage restyle-stage">
        {store.content.value ? <Pictures /> : <p class="muted restyle-empty">{t("restyle.empty")}</p>}
      </div>
      <aside class="panel" aria-label={t("restyle.how")}>
        <Factors />
        <Actions />
      </aside>
    </div>
  );
}

/** A restyled picture restores the settings that made it; any other becomes the picture to restyle. */
async function takeDropped(file: File): Promise<void> {
  await receiveOr(await downscaleToLimit(file), hasKind("stylization"), ({ id }) => store.setContent(id));
}

function Content() {
  const imageModel = modelsOf("image").find((model) => model.can?.includes("sample"));
  const id = store.content.value;
  return (
    <section>
      <h2>{t("restyle.content")}</h2>
      {id && <img class="restyle-content" src={store.url(id)} alt={t("restyle.content")} />}
      <Dropzone
        label={t(id ? "restyle.content.other" : "restyle.content.choose")}
        onFiles={([file]) => file && void store.upload(file, store.setContent)}
      />
      {imageModel && (
        <Button icon="random" onClick={() => void store.generateContent(imageModel.id)}>
          {t("restyle.content.sample", { model: imageModel.id })}
        </Button>
      )}
    </section>
  );
}

function Pictures() {
  const [before, setBefore] = useState(false);
  const job = store.refineJob.value;
  return (
    <>
      <div class={before ? "restyle-pictures before" : "restyle-pictures"}>
        {before && (
          <figure class="restyle-picture original">
            <img src={store.url(store.content.value!)} alt={t("restyle.content")} />
            <figcaption>{t("restyle.content")}</figcaption>
          </figure>
        )}
        {store.instantModel() && <InstantPreview />}
        {job && <Refined job={job} />}
      </div>
      <div class="row spread restyle-bar">
        <Button aria-pressed={before} icon="split" onClick={() => setBefore(!before)}>
          {t("restyle.beside")}
        </Button>
        <Meter />
      </div>
    </>
  );
}

function Factors() {
  return (
    <section>
      <h2>{t("restyle.factors")}</h2>
      {store.FACTORS.map((factor) => (
        <Slider
          key={factor}
          label={t(`restyle.factor.${factor}`)}
          title={t(`restyle.factor.${factor}.about`)}
          value={store.factors.value[factor]}
          min={0}
          max={1}
          step={0.01}
          reset={factor === "content" ? 0.5 : 1}
          onInput={(value) => (store.factors.value = { ...store.factors.value, [factor]: value })}
        />
      ))}
      <p class="muted small">{t("restyle.factors.how")}</p>
    </section>
  );
}

function Actions() {
  const content = store.content.value;
  const busy = ["queued", "running"].includes(store.refineJob.value?.state ?? "");

  const withInstant = async (act: (blob: Blob) => void | Promise<void>) => {
    try {
      const blob = await store.instantResult();
      if (blob) await act(blob);
    } catch (error) {
      reportError(error);
    }
  };
  const edit = async (blob: Blob) => {
    const { id } = await api.putPicture(blob);
    openView({ to: "edit", picture: id, model: null, latent: null, edits: [] });
  };

  return (
    <>
      <section>
        <h2>{t("restyle.instant")}</h2>
        <div class="row">
          <Button
            icon="save"
            disabled={!content || !store.instantModel()}
            onClick={() => void withInstant((blob) => download(blob, fileName("restyled", "instant") + ".png"))}
          >
            {t("ui.save")}
          </Button>
          <Button icon="edit" disabled={!content || !store.instantModel()} onClick={() => void withInstant(edit)}>
            {t("ui.edit")}
          </Button>
        </div>
      </section>
      <section>
        <h2>{t("restyle.full")}</h2>
        <p class="muted small">{t(store.canRefine.value ? "restyle.full.about" : "restyle.full.needs")}</p>
        <Button
          kind="primary"
          icon="restyle"
          busy={busy}
          disabled={!content || !store.canRefine.value}
          onClick={() => void store.refine()}
        >
          {t("restyle.refine")}
        </Button>
        <Sources />
      </section>
    </>
  );
}
