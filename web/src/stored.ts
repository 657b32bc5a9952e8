import { effect, signal, type Signal } from "@preact/signals";

const prefix = "limner.";

/** A signal that outlives the page. A browser that forbids storage keeps it until the page closes. */
export function stored<T>(key: string, initial: T): Signal<T> {
  const value = signal<T>(read(key, initial));
  let first = true;
  effect(() => {
    const now = value.value;
    if (!first) write(key, now);
    first = false;
  });
  return value;
}

function read<T>(key: string, initial: T): T {
  try {
    const text = localStorage.getItem(prefix + key);
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Full or forbidden: what is on screen still works.
  }
}
