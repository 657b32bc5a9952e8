import { useEffect, useState } from "preact/hooks";
import { api, modelPath } from "../../api";
import { t } from "../../i18n";
import { modelsOf, reportError } from "../../state";
import type { Direction, Model } from "../../types";
import { Checkbox, NumberField, Select, Slider, TextField } from "../../ui";
import type { Control, Fields, Value } from "./catalogue";
import { ColourField } from "./ColourField";
import { Condition } from "./Condition";
import { Corners } from "./Corners";
import { Curve } from "./Curve";
import { PictureField } from "./PictureField";
import { source } from "./store";
import { optionName } from "./words";

export interface ControlProps {
  label: string;
  control: Control;
  value: Value | undefined;
  fields: Fields;
  onChange: (value: Value) => void;
}

/** The control for one field of an edit. */
export function FieldControl({ label, control, value, fields, onChange }: ControlProps) {
  switch (control.kind) {
    case "number":
      return <NumberControl label={label} control={control} value={value as number | null} onChange={onChange} />;
    case "choice":
      return (
        <Select
          label={label}
          value={textOr(value, control.options[0])}
          options={control.options.map((option) => ({ value: option, label: optionName(option) }))}
          onChange={onChange}
        />
      );
    case "switch":
      return (
        <Checkbox checked={Boolean(value)} onChange={onChange}>
          {label}
        </Checkbox>
      );
    case "colour":
      return <ColourField label={label} value={textOr(value, "#808080")} onChange={onChange} />;
    case "fill":
      return <Ground label={label} value={textOr(value, "transparent")} onChange={onChange} />;
    case "cover":
      return <Cover label={label} value={textOr(value, "#ffffff")} onChange={onChange} />;
    case "picture":
      return <PictureField label={label} value={value as string | undefined} onChange={onChange} />;
    case "model":
      return <ModelField label={label} value={(value as string | null) ?? ""} onChange={onChange} />;
    case "direction":
      return <DirectionField label={label} value={textOr(value, "")} model={fields.model} onChange={onChange} />;
    case "condition":
      return <Condition label={label} value={(value ?? {}) as Record<string, string>} model={fields.model} onChange={onChange} />;
    case "curve":
      return <Curve label={label} points={value as [number, number][]} onChange={onChange} />;
    case "corners":
      return <Corners label={label} value={value as number[]} onChange={onChange} />;
    case "text":
      return <TextField label={label} value={textOr(value, "")} onInput={onChange} />;
  }
}

const textOr = (value: Value | undefined, fallback: string): string => (typeof value === "string" ? value : fallback);

type NumberProps = {
  label: string;
  control: Control & { kind: "number" };
  value: number | null | undefined;
  onChange: (value: Value) => void;
};

/** A slider over the useful range, and a number field that accepts more. An optional number can be left out. */
function NumberControl({ label, control, value, onChange }: NumberProps) {
  const { minimum, maximum, step, optional, whole } = control;
  const isSet = typeof value === "number";
  const number = isSet ? value : minimum;
  const decimals = whole || step >= 1 ? 0 : step >= 0.1 ? 1 : 2;
  return (
    <div class="edit-number">
      {optional && (
        <Checkbox checked={isSet} onChange={(on) => onChange(on ? Math.max(minimum, Math.round(maximum / 2)) : null)}>
          {label}
        </Checkbox>
      )}
      {(isSet || !optional) && (
        <>
          <Slider
            label={label}
            value={Math.min(maximum, Math.max(minimum, number))}
            min={minimum}
            max={maximum}
            step={step}
            format={() => number.toFixed(decimals)}
            onInput={(moved) => onChange(whole ? Math.round(moved) : moved)}
          />
          <NumberField
            label={t("edit.number", { label })}
            value={Number(number.toFixed(4))}
            step={step}
            onChange={(typed) => onChange(whole ? Math.round(typed) : typed)}
          />
        </>
      )}
    </div>
  );
}

type TextProps = { label: string; value: string; onChange: (value: Value) => void };
const FILLS = ["transparent", "mirror", "edge", "content", "colour"] as const;

/** What new area is filled with: one of a few methods, or a colour. */
function Ground({ label, value, onChange }: TextProps) {
  const way = FILLS.find((one) => one === value) ?? "colour";
  return (
    <>
      <Select
        label={label}
        value={way}
        options={FILLS.map((one) => ({ value: one, label: optionName(one) }))}
        onChange={(chosen) => onChange(chosen === "colour" ? "#ffffff" : chosen)}
      />
      {way === "colour" && <ColourField label={t("edit.field.colour")} value={value} onChange={onChange} />}
    </>
  );
}

/** What the selection is filled with: a colour or a picture. */
function Cover({ label, value, onChange }: TextProps) {
  const coloured = value.startsWith("#");
  return (
    <>
      <Select
        label={label}
        value={coloured ? "colour" : "picture"}
        options={(["colour", "picture"] as const).map((one) => ({ value: one, label: optionName(one) }))}
        onChange={(chosen) => onChange(chosen === "colour" ? "#ffffff" : "")}
      />
      {coloured ? (
        <ColourField label={t("edit.field.colour")} value={value} onChange={onChange} />
      ) : (
        <PictureField label={optionName("picture")} value={value} onChange={onChange} />
      )}
    </>
  );
}

/** Models in whose latent space pictures can be edited: those that have directions. */
export function editableModels(): Model[] {
  return modelsOf("image").filter((model) => model.can?.includes("directions"));
}

function ModelField({ label, value, onChange }: TextProps) {
  const sourceModel = source.value?.model;
  const options = editableModels().map(({ id }) => ({ value: id, label: id }));
  if (sourceModel || !value) options.unshift({ value: "", label: sourceModel ? t("edit.model.own", { model: sourceModel }) : t("edit.model.none") });
  return <Select label={label} value={value} options={options} onChange={(chosen) => onChange(chosen || null)} />;
}

interface DirectionProps extends TextProps {
  model: Value | undefined;
}

/** A direction of the model's latent space: chosen from the server's list, or typed if the list is empty. */
function DirectionField({ label, value, model, onChange }: DirectionProps) {
  const [known, setKnown] = useState<Direction[] | null>(null);
  const id = (model as string | null) ?? source.value?.model;
  useEffect(() => {
    if (!id) return;
    const gone = new AbortController();
    api
      .get<{ data: Direction[] }>(modelPath(id, "/directions"), gone.signal)
      .then(({ data }) => setKnown(data))
      .catch(reportError);
    return () => gone.abort();
  }, [id]);
  if (!known?.length) return <TextField label={label} value={value} onInput={onChange} />;
  const options = known.map(({ name, about }) => ({ value: name, label: about ? `${name} · ${about}` : name }));
  if (!known.some(({ name }) => name === value)) options.unshift({ value, label: value });
  return <Select label={label} value={value} options={options} onChange={onChange} />;
}
