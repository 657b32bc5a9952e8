import { useId } from "preact/hooks";

interface NumberFieldProps {
  label: string;
  value: number;
  min?: number;
  max?: number;
  step?: number;
  disabled?: boolean;
  onChange: (value: number) => void;
}

/** A number that is typed. `onChange` gets finite numbers within the range only. */
export function NumberField(props: NumberFieldProps) {
  const { label, value, min = -Infinity, max = Infinity, step = 1, disabled, onChange } = props;
  const id = useId();

  const commit = (input: HTMLInputElement) => {
    const typed = input.valueAsNumber;
    if (Number.isFinite(typed)) onChange(Math.min(max, Math.max(min, typed)));
    else input.value = String(value);
  };

  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        value={value}
        min={Number.isFinite(min) ? min : undefined}
        max={Number.isFinite(max) ? max : undefined}
        step={step}
        disabled={disabled}
        onChange={(event) => commit(event.currentTarget)}
      />
    </div>
  );
}
