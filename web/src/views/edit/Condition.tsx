import { t } from "../../i18n";
import { models } from "../../state";
import { Select, TextField } from "../../ui";
import type { Value } from "./catalogue";
import { source } from "./store";

type ConditionValues = Record<string, string | number>;

interface ConditionProps {
  label: string;
  value: ConditionValues;
  model: Value | undefined;
  onChange: (value: ConditionValues) => void;
}

/** The condition of a picture, by the model's attributes; the model infers those that are left open. */
export function Condition({ label, value, model, onChange }: ConditionProps) {
  const id = model ?? source.value?.model;
  const attributes = models.value?.find((one) => one.id === id)?.attributes ?? [];
  if (attributes.length === 0) return null;

  const set = (name: string, chosen: string | number | null) => {
    const { [name]: _, ...rest } = value;
    onChange(chosen === null ? rest : { ...rest, [name]: chosen });
  };
  const number = (text: string) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : null);

  return (
    <fieldset class="edit-condition">
      <legend>{label}</legend>
      {attributes.map(({ name, kind, classes }) =>
        kind === "label" ? (
          <Select
            key={name}
            label={name}
            value={String(value[name] ?? "")}
            options={["", ...(classes ?? [])].map((one) => ({ value: one, label: one || t("edit.condition.open") }))}
            onChange={(chosen) => set(name, chosen || null)}
          />
        ) : (
          <TextField
            key={name}
            label={name}
            value={String(value[name] ?? "")}
            placeholder={t("edit.condition.open")}
            onInput={(text) => set(name, number(text))}
          />
        ),
      )}
    </fieldset>
  );
}
