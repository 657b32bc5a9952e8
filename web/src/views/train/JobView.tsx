import { useState } from "preact/hooks";
import { address, jobPath } from "../../api";
import { t } from "../../i18n";
import { anywhere, randomSeed } from "../../place";
import { handOver, models, waits } from "../../state";
import type { Job } from "../../types";
import { Button, NumberField, Progress } from "../../ui";
import { DatasetView } from "./DatasetView";
import { title } from "./JobList";
import * as store from "./store";
import { Watch } from "./Watch";

/** One piece of work: how far it is, what it made, and what can be asked of it. */
export function JobView({ job }: { job: Job }) {
  const open = job.state === "running" || job.state === "queued";
  return (
    <article class="train-job">
      <header>
        <div class="row spread">
          <h2>{title(job)}</h2>
          <span class={`state ${job.state}`}>{t(`train.state.${job.state}`)}</span>
        </div>
        {open && <Progress share={job.state === "queued" ? 0 : job.share} label={title(job)} />}
        <p class="muted small" role="status">
          {job.state === "queued" ? t(waits(job) ? "train.waits" : "train.starts") : job.says}
        </p>
        {job.error && (
          <p class="failure" role="alert">
            {job.error}
          </p>
        )}
        <Actions job={job} />
      </header>
      <Made job={job} />
    </article>
  );
}

function Actions({ job }: { job: Job }) {
  const [minutes, setMinutes] = useState(30);
  const open = job.state === "running" || job.state === "queued";
  const trained = job.kind === "train";
  const model = job.state === "done" && models.value?.find(({ id }) => id === job.result?.model);
  return (
    <div class="row train-actions">
      {trained && job.state === "running" && (
        <Button icon="check" title={t("train.stop.about")} onClick={() => void store.act(job, "stop")}>
          {t("train.stop")}
        </Button>
      )}
      {open && (
        <Button kind="danger" icon="stop" onClick={() => void store.act(job, "cancel")}>
          {t("ui.cancel")}
        </Button>
      )}
      {model && model.kind === "image" && (
        <Button
          kind="primary"
          icon="play"
          onClick={() => handOver({ to: "explore", model: model.id, place: { ...anywhere, seed: randomSeed() } })}
        >
          {t("train.explore")}
        </Button>
      )}
      {trained && model && (
        <Button onClick={() => handOver({ to: "judge", model: model.id })}>{t("train.judge")}</Button>
      )}
      {trained && !open && (
        <>
          <NumberField label={t("train.resume.minutes")} value={minutes} min={0.1} max={10_000} onChange={setMinutes} />
          <Button icon="play" onClick={() => void store.act(job, "resume", { minutes: minutes + spent(job) })}>
            {t("train.resume")}
          </Button>
        </>
      )}
    </div>
  );
}

/** The server counts minutes in all, people those that are added. */
const spent = (job: Job): number => Number(job.asked.minutes ?? 0);

function Made({ job }: { job: Job }) {
  if (job.kind === "train") return <Watch jobs={[job]} />;
  if (job.state !== "done") return null;
  const file = job.result?.file ? address(jobPath(job.id, `/files/${job.result.file}`)) : null;
  if (job.kind === "prepare" && job.result?.data) return <DatasetView id={job.result.data} />;
  if (job.kind === "stylize" && file) return <img class="train-made" src={file} alt={title(job)} />;
  if (job.kind === "evaluate" && file) return <iframe class="train-report" src={file} title={title(job)} sandbox="" />;
  return null;
}
