import { t } from "../../i18n";
import type { Dataset } from "../../types";

/** Pixels a side that an ordinary machine learns in minutes. */
const QUICK = 64;
const FEW = 300;

/** What to expect of a new dataset of this size; empty where the pictures decide. */
export function SizeHint({ size }: { size: string }) {
  if (size && Number(size) <= QUICK) return null;
  return <p class="muted small">{t("train.hint.size")}</p>;
}

/** How long pictures such as these need. */
export function TimeHints({ data }: { data: Dataset }) {
  const { width, height, pictures } = data;
  return (
    <>
      {Math.max(width, height) > QUICK && <p class="muted small">{t("train.hint.large", { width, height })}</p>}
      {pictures < FEW && <p class="muted small">{t("train.hint.few")}</p>}
    </>
  );
}
