import { signal, useSignalEffect } from "@preact/signals";
import { Header } from "./shell/Header";
import { HelpSheet } from "./shell/HelpSheet";
import { receive } from "./shell/receive";
import { SettingsSheet } from "./shell/SettingsSheet";
import { ViewFrame } from "./shell/ViewFrame";
import { t } from "./i18n";
import { useKeys } from "./keys";
import { route } from "./route";
import { online, refreshAll, theme } from "./state";
import { Button } from "./ui";
import { DropCatcher, useDrop } from "./ui/Dropzone";
import { Toasts } from "./ui/Toasts";

const sheet = signal<"help" | "settings" | null>(null);
const openHelp = () => void (sheet.value = "help");
const openSettings = () => void (sheet.value = "settings");
const closeSheet = () => void (sheet.value = null);

export function App() {
  useDrop(receive);
  useKeys({ "?": openHelp });
  useSignalEffect(() => {
    document.documentElement.dataset.theme = theme.value;
    document.title = `${t(`shell.view.${route.value}`)} · Limner`;
  });

  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        {t("shell.skip")}
      </a>
      <Header onHelp={openHelp} onSettings={openSettings} />
      {!online.value && <OfflineBanner />}
      <main id="content" tabIndex={-1}>
        <ViewFrame key={route.value} name={route.value} />
      </main>
      {sheet.value === "help" && <HelpSheet onClose={closeSheet} />}
      {sheet.value === "settings" && <SettingsSheet onClose={closeSheet} />}
      <Toasts />
      <DropCatcher />
    </>
  );
}

/** A plain link to #content would be read as the name of a view. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function OfflineBanner() {
  return (
    <div class="banner" role="alert">
      <span>{t("shell.offline")}</span>
      <Button onClick={() => void refreshAll()}>{t("shell.offline.retry")}</Button>
    </div>
  );
}
