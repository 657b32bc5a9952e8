import { t } from "../i18n";
import { Spinner } from "../ui";

export function Loading() {
  return (
    <div class="empty" role="status">
      <Spinner />
      <span>{t("ui.loading")}</span>
    </div>
  );
}
