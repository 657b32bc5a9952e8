import { effect, signal, type Signal } from "@preact/signals";

const prefix = "limner.";

/** Returns a signal that is saved in the browser's storage. Where storage is blocked, it lasts until the page closes. */
export function stored<T>(key: string, initial: T): Signal<T> {
  const value = signal<T>(read(key, initial));
  let initialRun = true;
  effect(() => {
    const current = value.value;
    if (!initialRun) write(key, current);
    initialRun = false;
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
    // Storage is full or blocked: the studio works without it.
  }
}
