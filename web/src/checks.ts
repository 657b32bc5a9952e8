/** Checks of values that come from outside, such as the provenance in a picture. */

import type { Values } from "./types";

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a finite number. */
export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Returns a finite number unchanged, and the fallback for anything else. */
export function numberOr(value: unknown, fallback: number): number {
  return isNumber(value) ? value : fallback;
}

/** Returns the finite numbers of an object. */
export function numbersOf(value: unknown): Record<string, number> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => isNumber(entry[1])));
}

/** Returns the finite numbers and strings of an object. */
export function valuesOf(value: unknown): Values {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number | string] => isNumber(entry[1]) || typeof entry[1] === "string"),
  );
}
