import { t } from "../../i18n";
import type { Job } from "../../types";
import { Button, Progress } from "../../ui";
import { postAction } from "../train/store";

/** An evaluation that is running, or that has failed or was cancelled. */
export function Evaluation({ job }: { job: Job }) {
  const open = job.state === "running" || job.state === "queued";
  return (
    <div class="evaluate-evaluation">
      <strong>{job.name}</strong>
      {open && <Progress value={job.state === "queued" ? 0 : job.progress} label={job.name} />}
      <p class={job.error ? "failure" : "muted small"} role={job.error ? "alert" : "status"}>
        {job.error ?? (job.state === "running" ? job.message : t(`train.state.${job.state}`))}
      </p>
      {open && (
        <Button icon="stop" onClick={() => void postAction(job, "cancel")}>
          {t("ui.cancel")}
        </Button>
      )}
    </div>
  );
}
