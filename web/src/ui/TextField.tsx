import { useId } from "preact/hooks";

interface TextFieldProps {
  label: string;
  value: string;
  placeholder?: string;
  disabled?: boolean;
  onInput: (value: string) => void;
}

export function TextField({ label, value, placeholder, disabled, onInput }: TextFieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        value={value}
        placeholder={placeholder}
        disabled={disabled}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </div>
  );
}
