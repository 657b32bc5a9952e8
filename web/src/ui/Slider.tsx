import { useId } from "preact/hooks";
import { t } from "../i18n";

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  /** The value that a double click restores. */
  reset?: number;
  title?: string;
  disabled?: boolean;
  format?: (value: number) => string;
  /** Called on every move. */
  onInput: (value: number) => void;
  /** Called once, when the slider is released. */
  onCommit?: (value: number) => void;
}

export function Slider(props: SliderProps) {
  const { label, value, min, max, step = (max - min) / 200, reset, title, disabled, onInput, onCommit } = props;
  const format = props.format ?? ((number: number) => number.toFixed(2));
  const id = useId();

  const resetValue = () => {
    if (reset === undefined || disabled) return;
    onInput(reset);
    onCommit?.(reset);
  };

  return (
    <div class="field slider" title={title} onDblClick={resetValue}>
      <label for={id}>{label}</label>
      <output for={id}>{format(value)}</output>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        aria-valuetext={format(value)}
        title={reset === undefined ? undefined : t("ui.reset.how")}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
        onChange={(event) => onCommit?.(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
