import { address } from "./api";
import { complain, jobs, online, refreshAll, refreshDatasets, refreshJobs, refreshModels } from "./state";
import type { Job } from "./types";

const retry = 3000;

/** Keeps `jobs` true to the server: by its events, and by asking every few seconds while they do not come. */
export function followServer(): void {
  void refreshAll();
  const source = new EventSource(address("/v1/events"));
  source.addEventListener("job", (event) => take(JSON.parse((event as MessageEvent<string>).data)));
  source.onopen = () => {
    if (!online.peek()) void refreshAll();
  };
  setInterval(() => {
    if (!online.peek()) void refreshAll();
    else if (source.readyState !== EventSource.OPEN) refreshJobs().catch(complain);
  }, retry);
}

function take(job: Job): void {
  const known = jobs.peek() ?? [];
  const before = known.find((other) => other.id === job.id);
  jobs.value = before ? known.map((other) => (other.id === job.id ? job : other)) : [job, ...known];
  if (job.state !== "done" || before?.state === "done") return;
  if (job.result?.model) refreshModels().catch(complain);
  if (job.result?.data) refreshDatasets().catch(complain);
}
