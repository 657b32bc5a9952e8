import { language, languages, t } from "../i18n";
import { about, badge, theme, type Theme } from "../state";
import { Checkbox, Dialog, Segmented } from "../ui";

const themes: Theme[] = ["system", "light", "dark"];

export function SettingsSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t("shell.settings")} onClose={onClose}>
      <div class="stack">
        <h3>{t("shell.language")}</h3>
        <Segmented
          label={t("shell.language")}
          value={language.value}
          options={languages}
          onChange={(value) => (language.value = value)}
        />
        <h3>{t("shell.theme")}</h3>
        <Segmented
          label={t("shell.theme")}
          value={theme.value}
          options={themes.map((value) => ({ value, label: t(`shell.theme.${value}`) }))}
          onChange={(value) => (theme.value = value)}
        />
        <Checkbox checked={badge.value} onChange={(value) => (badge.value = value)}>
          {t("shell.badge")}
        </Checkbox>
        <p class="muted">{t("shell.badge.about")}</p>
        {about.value && <p class="muted">{t("shell.version", { version: about.value.limner })}</p>}
      </div>
    </Dialog>
  );
}
