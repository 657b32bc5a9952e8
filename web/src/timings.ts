import { signal } from "@preact/signals";
import type { FrameHeader } from "./types";

/** Milliseconds from a moved control to the drawn canvas (`total`), and the parts that the server spent. */
export interface Timing {
  total: number;
  model: number;
  encode: number;
  queue: number;
}

declare global {
  interface Window {
    /** The newest measurements, the oldest first, for benchmarks. */
    limnerTimings: Timing[];
  }
}

const maxTimings = 1000;
const medianOver = 20;

window.limnerTimings = [];

/** Medians of the newest measurements, for the meter. */
export const meter = signal<Timing | null>(null);

/** Records the measurement of one frame. */
export function recordTiming(header: FrameHeader, total: number): void {
  const all = window.limnerTimings;
  all.push({ total, model: header.model_ms, encode: header.encode_ms, queue: header.queue_ms });
  if (all.length > maxTimings) all.splice(0, all.length - maxTimings);
  const newest = all.slice(-medianOver);
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
