import type { Attribute, GraphNode, Value } from "../types";
import { IconButton } from "./Button";
import { Select } from "./Select";
import { Slider } from "./Slider";

const free = "";

interface AttributeFieldProps {
  attribute: Attribute | GraphNode;
  /** Null leaves the attribute unset. */
  value: Value | null;
  /** The text shown for an unset attribute, and the position of its slider. */
  freeLabel: string;
  fallback?: number | null;
  resetLabel: string;
  onInput: (value: Value | null) => void;
  onCommit: () => void;
}

/** A select for a label, a slider for a number; either may be left unset. */
export function AttributeField(props: AttributeFieldProps) {
  return props.attribute.kind === "label" ? <LabelAttribute {...props} /> : <NumberAttribute {...props} />;
}

function LabelAttribute({ attribute, value, freeLabel: freeWords, onInput, onCommit }: AttributeFieldProps) {
  const options = (attribute.classes ?? []).map((name) => ({ value: name, label: name }));
  return (
    <Select
      label={attribute.name}
      value={String(value ?? free)}
      options={[{ value: free, label: freeWords }, ...options]}
      onChange={(name) => {
        onInput(name === free ? null : name);
        onCommit();
      }}
    />
  );
}

function NumberAttribute({ attribute, value, freeLabel: freeWords, fallback, resetLabel, onInput, onCommit }: AttributeFieldProps) {
  const [low, high] = [attribute.minimum ?? 0, attribute.maximum ?? 1];
  const isFree = typeof value !== "number";
  return (
    <div class="amount">
      <Slider
        label={attribute.name}
        value={isFree ? (fallback ?? (low + high) / 2) : value}
        min={low}
        max={high}
        format={(number) => (isFree ? freeWords : shortNumber(number))}
        onInput={onInput}
        onCommit={onCommit}
      />
      <IconButton
        icon="reset"
        label={resetLabel}
        disabled={isFree}
        onClick={() => {
          onInput(null);
          onCommit();
        }}
      />
    </div>
  );
}

/** Returns a number with three significant digits. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
