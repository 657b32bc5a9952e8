import { useRef } from "preact/hooks";

/** Returns the same object on every render until its content (as JSON) changes, so that effects can depend on it. */
export function useStable<T>(value: T): T {
  const stable = useRef({ value, text: JSON.stringify(value) });
  const text = JSON.stringify(value);
  if (text !== stable.current.text) stable.current = { value, text };
  return stable.current.value;
}
