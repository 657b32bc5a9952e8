import { t } from "../i18n";
import type { Extrapolation } from "../types";
import { shortNumber } from "./AttributeField";

/** Says which numbers are asked for outside of what the model was trained on. */
export function Warnings({ found }: { found: Extrapolation[] }) {
  return (
    <>
      {found.map(({ name, asked, minimum, maximum }) => (
        <p key={`${name} ${asked}`} class="warning" role="status">
          {t("ui.extrapolated", { name, asked, minimum: shortNumber(minimum), maximum: shortNumber(maximum) })}
        </p>
      ))}
    </>
  );
}
