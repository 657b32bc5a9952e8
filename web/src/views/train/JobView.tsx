import { useState } from "preact/hooks";
import { address, jobPath } from "../../api";
import { t } from "../../i18n";
import { defaultLatent, randomSeed } from "../../latentSpec";
import { openView, models, waitsForAnother } from "../../state";
import type { Job } from "../../types";
import { Button, NumberField, Progress } from "../../ui";
import { DatasetView } from "./DatasetView";
import { jobTitle } from "./JobList";
import * as store from "./store";
import { Watch } from "./Watch";

/** One job: its progress, its actions and its result. */
export function JobView({ job }: { job: Job }) {
  const open = job.state === "running" || job.state === "queued";
  return (
    <article class="train-job">
      <header>
        <div class="row spread">
          <h2>{jobTitle(job)}</h2>
          <span class={`state ${job.state}`}>{t(`train.state.${job.state}`)}</span>
        </div>
        {open && <Progress value={job.state === "queued" ? 0 : job.progress} label={jobTitle(job)} />}
        <p class="muted small" role="status">
          {job.state === "queued" ? t(waitsForAnother(job) ? "train.waits" : "train.starts") : job.message}
        </p>
        {job.error && (
          <p class="failure" role="alert">
            {job.error}
          </p>
        )}
        <Actions job={job} />
      </header>
      <JobResult job={job} />
    </article>
  );
}

function Actions({ job }: { job: Job }) {
  const [minutes, setMinutes] = useState(30);
  const open = job.state === "running" || job.state === "queued";
  const isTraining = job.kind === "train";
  const model = job.state === "done" && models.value?.find(({ id }) => id === job.result?.model);
  return (
    <div class="row train-actions">
      {isTraining && job.state === "running" && (
        <Button icon="check" title={t("train.stop.about")} onClick={() => void store.postAction(job, "stop")}>
          {t("train.stop")}
        </Button>
      )}
      {open && (
        <Button kind="danger" icon="stop" onClick={() => void store.postAction(job, "cancel")}>
          {t("ui.cancel")}
        </Button>
      )}
      {model && model.kind === "image" && (
        <Button
          kind="primary"
          icon="play"
          onClick={() => openView({ to: "explore", model: model.id, latent: { ...defaultLatent, seed: randomSeed() } })}
        >
          {t("train.explore")}
        </Button>
      )}
      {isTraining && model && (
        <Button onClick={() => openView({ to: "evaluate", model: model.id })}>{t("train.evaluate")}</Button>
      )}
      {isTraining && !open && (
        <>
          <NumberField label={t("train.resume.minutes")} value={minutes} min={0.1} max={10_000} onChange={setMinutes} />
          <Button icon="play" onClick={() => void store.postAction(job, "resume", { minutes: minutes + minutesUsed(job) })}>
            {t("train.resume")}
          </Button>
        </>
      )}
    </div>
  );
}

/** The minutes of a training so far: the server wants the total, the field holds those to add. */
const minutesUsed = (job: Job): number => Number(job.request.minutes ?? 0);

function JobResult({ job }: { job: Job }) {
  if (job.kind === "train") return <Watch jobs={[job]} />;
  if (job.state !== "done") return null;
  const file = job.result?.file ? address(jobPath(job.id, `/files/${job.result.file}`)) : null;
  if (job.kind === "prepare" && job.result?.data) return <DatasetView id={job.result.data} />;
  if (job.kind === "stylize" && file) return <img class="train-result" src={file} alt={jobTitle(job)} />;
  if (job.kind === "evaluate" && file) return <iframe class="train-report" src={file} title={jobTitle(job)} sandbox="" />;
  return null;
}
