import type { Attribute, GraphNode, Value } from "../types";
import { IconButton } from "./Button";
import { Select } from "./Select";
import { Slider } from "./Slider";

const free = "";

interface AttributeFieldProps {
  attribute: Attribute | GraphNode;
  /** Null leaves the attribute free. */
  value: Value | null;
  /** What a free attribute is said to be, and where its slider stands. */
  freeWords: string;
  fallback?: number | null;
  resetLabel: string;
  onInput: (value: Value | null) => void;
  onCommit: () => void;
}

/** A choice for a label, a slider for a number; either may be left free. */
export function AttributeField(props: AttributeFieldProps) {
  return props.attribute.kind === "label" ? <Label {...props} /> : <Amount {...props} />;
}

function Label({ attribute, value, freeWords, onInput, onCommit }: AttributeFieldProps) {
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

function Amount({ attribute, value, freeWords, fallback, resetLabel, onInput, onCommit }: AttributeFieldProps) {
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

/** Three digits are as many as an eye can use. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
