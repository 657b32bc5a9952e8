import { t } from "../../i18n";
import { jobs } from "../../state";
import type { Job } from "../../types";
import { Checkbox, Progress, Spinner } from "../../ui";
import * as store from "./store";

/** All jobs, the newest first. */
export function JobList() {
  const all = jobs.value;
  return (
    <section>
      <h2>{t("train.jobs")}</h2>
      {all === null && <Spinner />}
      {all?.length === 0 && <p class="muted small">{t("train.jobs.none")}</p>}
      <ul class="train-jobs">
        {(all ?? []).map((job) => (
          <Row key={job.id} job={job} />
        ))}
      </ul>
    </section>
  );
}

function Row({ job }: { job: Job }) {
  const opened = store.opened.value;
  const current = opened !== null && "job" in opened && opened.job === job.id;
  const open = job.state === "running" || job.state === "queued";
  return (
    <li>
      <button type="button" aria-current={current ? "true" : undefined} onClick={() => (store.opened.value = { job: job.id })}>
        <span class="row spread">
          <strong>{jobTitle(job)}</strong>
          <span class={`state ${job.state}`}>{t(`train.state.${job.state}`)}</span>
        </span>
        {open && <Progress value={job.state === "queued" ? 0 : job.progress} label={jobTitle(job)} />}
        <span class="muted small">{job.error ?? job.message}</span>
      </button>
      {job.kind === "train" && (
        <Checkbox checked={store.compared.value.includes(job.id)} onChange={(on) => store.compare(job.id, on)}>
          <span class="small">{t("train.compare")}</span>
        </Checkbox>
      )}
    </li>
  );
}

/** Returns the title of a job. */
export function jobTitle(job: Job): string {
  const kind = t(`train.kind.${job.kind}`);
  return job.kind === "stylize" ? kind : `${kind} · ${job.name}`;
}
