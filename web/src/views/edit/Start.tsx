import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { defaultLatent, randomSeed } from "../../latentSpec";
import { models, modelsOf } from "../../state";
import { Button, Dropzone, Select, Spinner } from "../../ui";
import { open, openFile } from "./store";

/** Shown while there is no picture: choose one, or have a model generate one. */
export function Start() {
  const [model, setModel] = useState<string | null>(null);
  const imageModels = modelsOf("image").filter((one) => one.can?.includes("sample"));
  const selected = imageModels.find((one) => one.id === model) ?? imageModels[0];

  return (
    <div class="edit-start">
      <h1>{t("edit.start")}</h1>
      <p class="muted">{t("edit.start.about")}</p>
      <Dropzone label={t("edit.start.choose")} onFiles={([file]) => file && void openFile(file)} />
      {models.value === null && <Spinner />}
      {selected && (
        <div class="card row">
          <Select
            label={t("ui.model")}
            value={selected.id}
            options={imageModels.map(({ id }) => ({ value: id, label: id }))}
            onChange={setModel}
          />
          <Button
            icon="random"
            onClick={() => open({ picture: null, model: selected.id, latent: { ...defaultLatent, seed: randomSeed() } })}
          >
            {t("edit.start.sample")}
          </Button>
        </div>
      )}
    </div>
  );
}
