import { t, type Key } from "../../i18n";
import { ResetButton, Slider } from "../../ui";

interface CornersProps {
  label: string;
  value: number[] | undefined;
  onChange: (value: number[]) => void;
}

const CORNERS: Key[] = ["edit.corner.left_top", "edit.corner.right_top", "edit.corner.right_bottom", "edit.corner.left_bottom"];
const UNMOVED = [0, 0, 0, 0, 0, 0, 0, 0];

/** How far each corner is moved, right and down, as fractions of the sides. */
export function Corners({ label, value = UNMOVED, onChange }: CornersProps) {
  const set = (index: number, moved: number) => onChange(value.map((old, other) => (other === index ? moved : old)));
  return (
    <fieldset class="edit-condition">
      <legend>{label}</legend>
      {CORNERS.flatMap((name, corner) =>
        ([["→", 2 * corner], ["↓", 2 * corner + 1]] as [string, number][]).map(([way, index]) => (
          <Slider
            key={index}
            label={`${t(name)} ${way}`}
            value={value[index] ?? 0}
            min={-0.5}
            max={0.5}
            step={0.01}
            reset={0}
            onInput={(moved) => set(index, moved)}
          />
        )),
      )}
      <ResetButton onClick={() => onChange([...UNMOVED])} />
    </fieldset>
  );
}
