import { t } from "../i18n";
import { route, views } from "../route";
import { runningJobs } from "../state";
import { IconButton, Spinner } from "../ui";

interface HeaderProps {
  onHelp: () => void;
  onSettings: () => void;
}

export function Header({ onHelp, onSettings }: HeaderProps) {
  return (
    <header class="header">
      <span class="product">{t("shell.product")}</span>
      <nav aria-label={t("shell.tabs")}>
        {views.map((view) => (
          <a key={view} href={`#/${view}`} aria-current={view === route.value ? "page" : undefined}>
            {t(`shell.view.${view}`)}
          </a>
        ))}
      </nav>
      <div class="header-end">
        <JobsIndicator />
        <IconButton icon="settings" label={t("shell.settings")} onClick={onSettings} />
        <IconButton icon="help" label={t("shell.help")} onClick={onHelp} />
      </div>
    </header>
  );
}

function JobsIndicator() {
  const count = runningJobs.value.length;
  if (count === 0) return null;
  return (
    <a class="jobs-indicator" href="#/train" aria-label={t("shell.jobs.open", { count })}>
      <Spinner />
      {t("shell.jobs.running", { count })}
    </a>
  );
}
