import { t } from "../../i18n";
import type { Job } from "../../types";
import { Button, Progress } from "../../ui";
import { act } from "../train/store";

/** An evaluation that is under way, or that did not end well. */
export function Evaluation({ job }: { job: Job }) {
  const open = job.state === "running" || job.state === "queued";
  return (
    <div class="judge-evaluation">
      <strong>{job.name}</strong>
      {open && <Progress share={job.state === "queued" ? 0 : job.share} label={job.name} />}
      <p class={job.error ? "failure" : "muted small"} role={job.error ? "alert" : "status"}>
        {job.error ?? (job.state === "running" ? job.says : t(`train.state.${job.state}`))}
      </p>
      {open && (
        <Button icon="stop" onClick={() => void act(job, "cancel")}>
          {t("ui.cancel")}
        </Button>
      )}
    </div>
  );
}
