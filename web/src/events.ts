import { address } from "./api";
import { reportError, jobs, online, refreshAll, refreshDatasets, refreshJobs, refreshModels } from "./state";
import type { Job } from "./types";

const retry = 3000;

/** Keeps `jobs` up to date by the server's events, and by polling while the event stream is down. */
export function followServer(): void {
  void refreshAll();
  const source = new EventSource(address("/v1/events"));
  source.addEventListener("job", (event) => applyJob(JSON.parse((event as MessageEvent<string>).data) as Job));
  source.onopen = () => {
    if (!online.peek()) void refreshAll();
  };
  setInterval(() => {
    if (!online.peek()) void refreshAll();
    else if (source.readyState !== EventSource.OPEN) refreshJobs().catch(reportError);
  }, retry);
}

function applyJob(job: Job): void {
  const current = jobs.peek() ?? [];
  const previous = current.find((other) => other.id === job.id);
  jobs.value = previous ? current.map((other) => (other.id === job.id ? job : other)) : [job, ...current];
  if (job.state !== "done" || previous?.state === "done") return;
  if (job.result?.model) refreshModels().catch(reportError);
  if (job.result?.data) refreshDatasets().catch(reportError);
}
