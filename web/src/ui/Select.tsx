import { useId } from "preact/hooks";

export interface Option<T extends string = string> {
  value: T;
  label: string;
}

interface SelectProps<T extends string> {
  label: string;
  value: T;
  options: Option<T>[];
  disabled?: boolean;
  /** Keeps the label for screen readers only. */
  bare?: boolean;
  onChange: (value: T) => void;
}

export function Select<T extends string>({ label, value, options, disabled, bare, onChange }: SelectProps<T>) {
  const id = useId();
  return (
    <div class={bare ? "field bare" : "field"}>
      <label for={id} class={bare ? "sr-only" : undefined}>
        {label}
      </label>
      <select id={id} value={value} disabled={disabled} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
