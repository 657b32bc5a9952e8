import { useId } from "preact/hooks";
import { t } from "../i18n";

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  /** Where a double click goes back to. */
  reset?: number;
  title?: string;
  disabled?: boolean;
  format?: (value: number) => string;
  /** On every move. */
  onInput: (value: number) => void;
  /** Once, when the hand lets go. */
  onCommit?: (value: number) => void;
}

export function Slider(props: SliderProps) {
  const { label, value, min, max, step = (max - min) / 200, reset, title, disabled, onInput, onCommit } = props;
  const format = props.format ?? ((number: number) => number.toFixed(2));
  const id = useId();

  const back = () => {
    if (reset === undefined || disabled) return;
    onInput(reset);
    onCommit?.(reset);
  };

  return (
    <div class="field slider" title={title} onDblClick={back}>
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
        title={reset === undefined ? undefined : t("ui.reset")}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
        onChange={(event) => onCommit?.(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
