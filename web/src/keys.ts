import { useEffect, useRef } from "preact/hooks";

/** What each key does: `"r"`, `"?"`, `"ArrowLeft"`, `"ctrl+z"`, `"ctrl+shift+z"`. */
export type Keys = Record<string, () => void>;

const textInputs = "input:not([type=range]):not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]";

/** Binds keys for the whole view; they are inactive while the user types and while a dialog is open. */
export function useKeys(keys: Keys): void {
  const newest = useRef(keys);
  newest.current = keys;

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
      const target = event.target as Element;
      if (target.matches(textInputs)) return;
      if (event.key.startsWith("Arrow") && target.matches("input, [data-arrows]")) return; // these use the arrows themselves
      const action = newest.current[nameOf(event)];
      if (!action) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!event.ctrlKey && !event.metaKey) return key;
  return event.shiftKey ? `ctrl+shift+${key}` : `ctrl+${key}`;
}
