import { t } from "../../i18n";
import type { Dataset } from "../../types";

/** Pixels a side up to which an ordinary machine trains in minutes. */
const QUICK = 128;
const FEW = 300;

/** A hint on the training time of a new dataset; `size` is empty where it follows from the pictures. */
export function SizeHint({ size }: { size: string }) {
  if (size && Number(size) <= QUICK) return null;
  return <p class="muted small">{t("train.hint.size")}</p>;
}

/** Hints on the training time of a dataset. */
export function TimeHints({ data }: { data: Dataset }) {
  const { width, height, pictures } = data;
  return (
    <>
      {Math.max(width, height) > QUICK && <p class="muted small">{t("train.hint.large", { width, height })}</p>}
      {pictures < FEW && <p class="muted small">{t("train.hint.few")}</p>}
    </>
  );
}
