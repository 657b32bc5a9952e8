import { t } from "../../i18n";
import { jobs } from "../../state";
import type { Job } from "../../types";
import { Button } from "../../ui";
import { DatasetView } from "./DatasetView";
import { JobList } from "./JobList";
import { JobView } from "./JobView";
import { Pictures } from "./Pictures";
import { Setup } from "./Setup";
import * as store from "./store";
import "./train.css";
import { Watch } from "./Watch";

export default function Train() {
  return (
    <div class="workbench train">
      <h1 class="sr-only">{t("train.title")}</h1>
      <aside class="panel" aria-label={t("train.setup")}>
        <Pictures />
        <Setup />
      </aside>
      <div class="stage train-stage">
        <Stage />
      </div>
      <aside class="panel" aria-label={t("train.jobs")}>
        <JobList />
      </aside>
    </div>
  );
}

function Stage() {
  const runs = store.compared.value.flatMap((id) => store.jobById(id) ?? []);
  if (runs.length > 1) return <Comparison />;
  const opened = store.opened.value;
  if (opened && "data" in opened) return <DatasetView key={opened.data} id={opened.data} />;
  const job = opened ? store.jobById(opened.job) : defaultJob(jobs.value ?? []);
  if (job) return <JobView key={job.id} job={job} />;
  if (store.dataset.value) return <DatasetView id={store.dataset.value.id} />;
  return (
    <div class="train-welcome">
      <h2>{t("train.welcome")}</h2>
      <p class="muted">{t("train.welcome.about")}</p>
    </div>
  );
}

/** The job to show if none is open: the running one, or else the newest training. */
function defaultJob(all: Job[]): Job | null {
  return all.find(({ state }) => state === "running") ?? all.find(({ kind }) => kind === "train") ?? null;
}

function Comparison() {
  const runs = store.compared.value.flatMap((id) => store.jobById(id) ?? []);
  return (
    <article class="train-job">
      <header class="row spread">
        <h2>{t("train.compared")}</h2>
        <Button onClick={() => (store.compared.value = [])}>{t("train.compare.end")}</Button>
      </header>
      <Watch jobs={runs} />
    </article>
  );
}
