import { signal } from "@preact/signals";
import type { FrameHeader } from "./types";

/** Milliseconds from a moved control to a painted canvas, and what the server spent of them. */
export interface Timing {
  total: number;
  model: number;
  encode: number;
  queue: number;
}

declare global {
  interface Window {
    /** The newest measurements, oldest first, for benchmarks. */
    limnerTimings: Timing[];
  }
}

const kept = 1000;
const shown = 20;

window.limnerTimings = [];

/** The median of the newest measurements, for the meter. */
export const meter = signal<Timing | null>(null);

export function timed(header: FrameHeader, total: number): void {
  const all = window.limnerTimings;
  all.push({ total, model: header.model_ms, encode: header.encode_ms, queue: header.queue_ms });
  if (all.length > kept) all.splice(0, all.length - kept);
  const newest = all.slice(-shown);
  meter.value = {
    total: median(newest.map((timing) => timing.total)),
    model: median(newest.map((timing) => timing.model)),
    encode: median(newest.map((timing) => timing.encode)),
    queue: median(newest.map((timing) => timing.queue)),
  };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
