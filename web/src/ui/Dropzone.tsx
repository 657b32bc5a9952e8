import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { t } from "../i18n";
import { Icon } from "./icons";

/** Gets the dropped or chosen files. `dropped` also holds folders, and is valid only until the handler returns. */
type DropHandler = (files: File[], dropped?: DataTransfer) => void | Promise<void>;

/** Handlers of files dropped on the page; the newest one gets them. */
const handlers: DropHandler[] = [];

/** While the component is on screen, `handler` gets the files dropped anywhere on the page. */
export function useDrop(handler: DropHandler): void {
  useEffect(() => {
    handlers.push(handler);
    return () => void handlers.splice(handlers.indexOf(handler), 1);
  }, [handler]);
}

/** Receives what is dropped on the page, and shows an overlay while files are dragged over it. The app has one. */
export function DropCatcher() {
  const [over, setOver] = useState(false);

  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const move = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) void handlers.at(-1)?.(files, event.dataTransfer!);
    };
    addEventListener("dragover", move);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", move);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);

  if (!over) return null;
  return (
    <div class="drop-overlay">
      <Icon name="upload" />
      <strong>{t("shell.drop")}</strong>
    </div>
  );
}

interface DropzoneProps {
  label: string;
  accept?: string;
  multiple?: boolean;
  disabled?: boolean;
  onFiles: DropHandler;
  children?: ComponentChildren;
}

/** A field to choose files with; where the view calls `useDrop`, they may also be dropped anywhere on the page. */
export function Dropzone({ label, accept = "image/*", multiple = false, disabled, onFiles, children }: DropzoneProps) {
  const id = useId();
  const choose = (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same file can be chosen again
    if (files.length > 0) void onFiles(files);
  };

  return (
    <div class="dropzone">
      <input
        id={id}
        class="sr-only"
        type="file"
        accept={accept}
        multiple={multiple}
        disabled={disabled}
        onChange={(event) => choose(event.currentTarget)}
      />
      <label for={id}>
        <Icon name="upload" />
        <span>{label}</span>
        {children}
      </label>
    </div>
  );
}
