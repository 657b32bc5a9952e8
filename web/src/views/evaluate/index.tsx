import { useSignalEffect } from "@preact/signals";
import { t } from "../../i18n";
import { datasets, sameShape, viewInput, models, takeViewInput } from "../../state";
import { Button, Empty, Select, Spinner } from "../../ui";
import { Evaluation } from "./Evaluation";
import "./evaluate.css";
import { EvaluatedModels } from "./EvaluatedModels";
import * as reports from "./reports";

export default function Evaluate() {
  useSignalEffect(() => {
    const input = viewInput.value && takeViewInput("evaluate");
    if (input) reports.chooseModel(input.model);
  });
  useSignalEffect(() => {
    if (models.value) void reports.refreshReports();
  });

  return (
    <div class="workbench two evaluate">
      <h1 class="sr-only">{t("evaluate.title")}</h1>
      <aside class="panel" aria-label={t("evaluate.new")}>
        <EvaluationForm />
        <Running />
        <EvaluatedModels />
      </aside>
      <div class="stage">
        <Report />
      </div>
    </div>
  );
}

function EvaluationForm() {
  const model = reports.chosenModel.value;
  const data = reports.chosenData.value;
  if (models.value === null || datasets.value === null) return <Spinner />;
  if (!model) return <p class="muted">{t("evaluate.no_model")}</p>;
  const busy = reports.evaluations.value.some(
    (job) => job.name === model.id && (job.state === "running" || job.state === "queued"),
  );
  return (
    <section>
      <h2>{t("evaluate.new")}</h2>
      <Select
        label={t("ui.model")}
        value={model.id}
        options={reports.imageModels.value.map(({ id }) => ({ value: id, label: id }))}
        onChange={reports.chooseModel}
      />
      {data ? (
        <Select
          label={t("evaluate.data")}
          value={data.id}
          options={reports.sortedDatasets.value.map(({ id, width, height }) => ({ value: id, label: `${id} · ${width} × ${height}` }))}
          onChange={(id) => (reports.data.value = id)}
        />
      ) : (
        <p class="muted">{t("evaluate.no_data")}</p>
      )}
      {data && !sameShape(model, data) && (
        <p class="warning" role="note">
          {t("evaluate.unfit", {
            model: `${model.width} × ${model.height} × ${model.channels}`,
            data: `${data.width} × ${data.height} × ${data.channels}`,
          })}
        </p>
      )}
      <p class="muted small">{t("evaluate.about")}</p>
      <Button kind="primary" icon="play" busy={busy} disabled={!data} onClick={() => void reports.evaluate()}>
        {t("evaluate.start")}
      </Button>
    </section>
  );
}

function Running() {
  const listed = reports.evaluations.value.filter(({ state }) => state !== "done").slice(0, 4);
  if (listed.length === 0) return null;
  return (
    <section>
      <h2>{t("evaluate.running")}</h2>
      {listed.map((job) => (
        <Evaluation key={job.id} job={job} />
      ))}
    </section>
  );
}

function Report() {
  const id = reports.openReport.value ?? reports.evaluatedModels.value?.[0];
  if (!id) {
    return (
      <Empty title={t("evaluate.none")}>
        <p>{t("evaluate.none.about")}</p>
      </Empty>
    );
  }
  // a new evaluation replaces the page at the same address, so the time of its end makes the address unique
  const ended = reports.evaluations.value.find((job) => job.name === id && job.state === "done")?.ended ?? 0;
  return (
    <iframe
      key={`${id} ${ended}`}
      class="evaluate-report"
      src={`${reports.reportUrl(id)}?v=${ended}`}
      title={t("evaluate.report", { model: id })}
      sandbox=""
    />
  );
}
