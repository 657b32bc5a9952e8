/** The history and sample grids of trainings, polled while they run. */

import { useEffect, useState } from "preact/hooks";
import { address, api, jobPath, type Job } from "../../api";
import { reportError } from "../../state";
import { useStable } from "../../useStable";

/** One row of a training's history. */
export type Row = Record<string, number>;
/** One line of a chart. */
export interface Series {
  name: string;
  points: [number, number][];
}

const EVERY = 4000;
/** Columns that are no curves of their own. */
const AXES = new Set(["step", "pictures", "seconds", "rate"]);

export interface Run {
  rows: Row[];
  /** Addresses of sample grids, the oldest first. */
  grids: string[];
}

const emptyRun: Run = { rows: [], grids: [] };

/** Returns the history of trainings by id, refreshed every few seconds while one runs. */
export function useRuns(jobs: Job[]): Map<string, Run> {
  const [runs, setRuns] = useState(new Map<string, Run>());
  const watched = useStable(jobs.map(({ id, state }) => ({ id, state })));

  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const refresh = async () => {
      try {
        const found = await Promise.all(watched.map(async (job) => [job.id, await runOf(job, gone.signal)] as const));
        setRuns(new Map(found));
      } catch (error) {
        if (!gone.signal.aborted) reportError(error);
      }
      if (!gone.signal.aborted && watched.some(({ state }) => state === "running")) timer = setTimeout(() => void refresh(), EVERY);
    };
    void refresh();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [watched]);

  return runs;
}

async function runOf(job: Pick<Job, "id" | "state">, signal: AbortSignal): Promise<Run> {
  if (job.state === "queued") return emptyRun;
  const [history, files] = await Promise.all([
    api.get<{ data: Row[] }>(jobPath(job.id, "/history"), signal),
    api.get<{ data: string[] }>(jobPath(job.id, "/files"), signal),
  ]);
  const grids = files.data.filter((name) => /^grids\/.*\.png$/.test(name)).sort();
  // a resumed training may write a grid of the same name again, so the newest step is part of the address
  const newestStep = history.data.at(-1)?.step ?? 0;
  return { rows: history.data, grids: grids.map((name) => `${address(jobPath(job.id, `/files/${name}`))}?v=${newestStep}`) };
}

/** Returns the curves of a history, {name: [(pictures, value)]}. Values that are not finite are left out. */
export function curves(rows: Row[]): Map<string, [number, number][]> {
  const found = new Map<string, [number, number][]>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (AXES.has(name) || !Number.isFinite(value)) continue;
      if (!found.has(name)) found.set(name, []);
      found.get(name)!.push([row.pictures ?? row.step ?? 0, value]);
    }
  }
  return found;
}
