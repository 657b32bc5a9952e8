import { t } from "../../i18n";
import { models } from "../../state";
import { Button, Spinner } from "../../ui";
import * as reports from "./reports";

/** The models that have a report. */
export function Judged() {
  const judged = reports.judged.value;
  const rows = (models.value ?? []).filter(({ id }) => judged?.includes(id));
  const current = reports.openReport.value ?? judged?.[0];
  return (
    <section>
      <h2>{t("judge.judged")}</h2>
      {judged === null && <Spinner />}
      {judged !== null && rows.length === 0 && <p class="muted small">{t("judge.judged.none")}</p>}
      {rows.length > 0 && (
        <table class="judge-table">
          <thead>
            <tr>
              <th scope="col">{t("ui.model")}</th>
              <th scope="col">{t("judge.recipe")}</th>
              <th scope="col">
                <span class="sr-only">{t("judge.open")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, recipe, kind }) => (
              <tr key={id} aria-current={id === current ? "true" : undefined}>
                <th scope="row">{id}</th>
                <td>{recipe ?? kind}</td>
                <td>
                  <Button kind="quiet" aria-label={t("judge.report", { model: id })} onClick={() => (reports.openReport.value = id)}>
                    {t("judge.open")}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
