import { t } from "../../i18n";
import { models } from "../../state";
import { Button, Spinner } from "../../ui";
import * as reports from "./reports";

/** The models that have a report. */
export function EvaluatedModels() {
  const evaluatedModels = reports.evaluatedModels.value;
  const rows = (models.value ?? []).filter(({ id }) => evaluatedModels?.includes(id));
  const current = reports.openReport.value ?? evaluatedModels?.[0];
  return (
    <section>
      <h2>{t("evaluate.models")}</h2>
      {evaluatedModels === null && <Spinner />}
      {evaluatedModels !== null && rows.length === 0 && <p class="muted small">{t("evaluate.models.none")}</p>}
      {rows.length > 0 && (
        <table class="evaluate-table">
          <thead>
            <tr>
              <th scope="col">{t("ui.model")}</th>
              <th scope="col">{t("evaluate.recipe")}</th>
              <th scope="col">
                <span class="sr-only">{t("evaluate.open")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, recipe, kind }) => (
              <tr key={id} aria-current={id === current ? "true" : undefined}>
                <th scope="row">{id}</th>
                <td>{recipe ?? kind}</td>
                <td>
                  <Button kind="quiet" aria-label={t("evaluate.report", { model: id })} onClick={() => (reports.openReport.value = id)}>
                    {t("evaluate.open")}
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
