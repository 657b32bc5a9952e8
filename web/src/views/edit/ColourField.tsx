import { useId } from "preact/hooks";

interface ColourFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A colour as #rrggbb, chosen with the browser's own colour picker. */
export function ColourField({ label, value, onChange }: ColourFieldProps) {
  const id = useId();
  return (
    <div class="field colour">
      <label for={id}>{label}</label>
      <output for={id}>{value}</output>
      <input
        id={id}
        type="color"
        value={/^#[0-9a-f]{6}$/i.test(value) ? value : "#808080"}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}
