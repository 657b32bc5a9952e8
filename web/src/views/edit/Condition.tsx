import { t } from "../../i18n";
import { models } from "../../state";
import { Select, TextField } from "../../ui";
import type { Value } from "./catalogue";
import { source } from "./store";

type Asked = Record<string, string | number>;

interface ConditionProps {
  label: string;
  value: Asked;
  model: Value | undefined;
  onChange: (value: Asked) => void;
}

/** What the picture is, by the model's attributes; what is left open the model finds out. */
export function Condition({ label, value, model, onChange }: ConditionProps) {
  const id = model ?? source.value?.model;
  const attributes = models.value?.find((one) => one.id === id)?.attributes ?? [];
  if (attributes.length === 0) return null;

  const set = (name: string, given: string | number | null) => {
    const { [name]: _, ...rest } = value;
    onChange(given === null ? rest : { ...rest, [name]: given });
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
