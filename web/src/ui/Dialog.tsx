import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import { IconButton } from "./Button";

interface DialogProps {
  title: string;
  onClose: () => void;
  /** Makes it as large as the window allows. */
  wide?: boolean;
  children: ComponentChildren;
}

/** A modal sheet; the browser keeps the focus inside it and closes it on Escape. */
export function Dialog({ title, onClose, wide = false, children }: DialogProps) {
  const sheet = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => sheet.current?.showModal(), []);

  return (
    <dialog
      ref={sheet}
      class={wide ? "dialog wide" : "dialog"}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => event.target === sheet.current && onClose()}
    >
      <div class="dialog-body">
        <header>
          <h2 id={heading}>{title}</h2>
          <IconButton icon="close" label={t("ui.close")} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
