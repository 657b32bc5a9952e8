import { useState } from "preact/hooks";
import { t, type Key } from "../../i18n";
import words from "../../i18n/en/train";
import type { Job } from "../../types";
import { Slider } from "../../ui";
import { Chart } from "./Chart";
import { curves, useRuns, type Run, type Series } from "./history";

/** Trainings, running or finished: their curves in common charts, and their samples side by side. */
export function Watch({ jobs }: { jobs: Job[] }) {
  const runs = useRuns(jobs);
  const found = jobs.map((job) => ({ job, curves: curves(runs.get(job.id)?.rows ?? []) }));
  const names = [...new Set(found.flatMap((one) => [...one.curves.keys()]))];
  const seriesOf = (name: string): Series[] =>
    found.flatMap(({ job, curves: all }) => {
      const points = all.get(name);
      return points ? [{ name: job.name, points }] : [];
    });

  return (
    <div class={jobs.length > 1 ? "train-watch many" : "train-watch"}>
      {jobs.length > 1 && <Legend jobs={jobs} />}
      <div class="train-grids">
        {jobs.map((job) => (
          <Grid key={job.id} job={job} run={runs.get(job.id)} named={jobs.length > 1} />
        ))}
      </div>
      <div class="train-curves">
        {names.map((name) => (
          <Chart key={name} title={figureName(name)} xLabel={t("train.pictures.seen")} series={seriesOf(name)} />
        ))}
      </div>
    </div>
  );
}

function Legend({ jobs }: { jobs: Job[] }) {
  return (
    <ul class="row train-legend">
      {jobs.map((job, index) => (
        <li key={job.id}>
          <svg viewBox="0 0 24 6" aria-hidden="true">
            <line class={`line line-${index % 4}`} x1="0" x2="24" y1="3" y2="3" />
          </svg>
          {job.name}
        </li>
      ))}
    </ul>
  );
}

/** The newest sample grid of a training; the slider goes back to earlier ones. */
function Grid({ job, run, named }: { job: Job; run: Run | undefined; named: boolean }) {
  const [back, setBack] = useState(0);
  const grids = run?.grids ?? [];
  const last = grids.length - 1;
  const index = Math.max(0, last - back);
  const newest = grids[index];
  if (!newest) {
    const open = job.state === "running" || job.state === "queued";
    return <p class="muted">{t(open ? "train.grid.soon" : "train.grid.none")}</p>;
  }
  const pictures = Number(/(\d+)\.png/.exec(newest)?.[1] ?? 0);
  return (
    <figure class="train-grid">
      <img src={newest} alt={t("train.grid", { name: job.name })} />
      <figcaption class="muted small">
        {named && `${job.name} · `}
        {t("train.grid.after", { count: pictures })}
      </figcaption>
      {last > 0 && (
        <Slider
          label={t("train.grid.when")}
          value={index}
          min={0}
          max={last}
          step={1}
          format={(value) => `${value + 1} / ${grids.length}`}
          onInput={(value) => setBack(last - value)}
        />
      )}
    </figure>
  );
}

function figureName(name: string): string {
  const key = `train.figure.${name.replace(/\W/g, "_")}`;
  return key in words ? t(key as Key) : name;
}
