import { t } from "../i18n";
import { chooseModel, modelOf, modelsOf } from "../state";
import type { ModelKind } from "../types";
import { Select } from "./Select";

/** Chooses the model that the views of a kind work with. */
export function ModelPicker({ kind }: { kind: ModelKind }) {
  const all = modelsOf(kind);
  const model = modelOf(kind);
  if (!model) return null;
  return (
    <Select
      label={t("ui.model")}
      value={model.id}
      options={all.map(({ id, recipe }) => ({ value: id, label: recipe ? `${id} · ${recipe}` : id }))}
      onChange={(id) => chooseModel(kind, id)}
    />
  );
}
