import { t } from "../i18n";
import { dismiss, toasts } from "../state";
import { IconButton } from "./Button";

export function Toasts() {
  return (
    <section class="toasts" aria-label={t("shell.toasts")} aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={`toast ${toast.kind}`} role={toast.kind === "error" ? "alert" : undefined}>
          <span>{toast.text}</span>
          <IconButton icon="close" label={t("shell.dismiss")} onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </section>
  );
}
