import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { anywhere, randomSeed } from "../../place";
import { models, modelsOf } from "../../state";
import { Button, Dropzone, Select, Spinner } from "../../ui";
import { open, openFile } from "./store";

/** Where there is no picture yet: choose one, or have one painted. */
export function Start() {
  const [model, setModel] = useState<string | null>(null);
  const painters = modelsOf("image").filter((one) => one.can?.includes("sample"));
  const painter = painters.find((one) => one.id === model) ?? painters[0];

  return (
    <div class="edit-start">
      <h1>{t("edit.start")}</h1>
      <p class="muted">{t("edit.start.about")}</p>
      <Dropzone label={t("edit.start.choose")} onFiles={([file]) => file && void openFile(file)} />
      {models.value === null && <Spinner />}
      {painter && (
        <div class="card row">
          <Select
            label={t("ui.model")}
            value={painter.id}
            options={painters.map(({ id }) => ({ value: id, label: id }))}
            onChange={setModel}
          />
          <Button
            icon="random"
            onClick={() => open({ picture: null, model: painter.id, place: { ...anywhere, seed: randomSeed() } })}
          >
            {t("edit.start.sample")}
          </Button>
        </div>
      )}
    </div>
  );
}
