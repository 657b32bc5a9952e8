import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { useKeys } from "../../keys";
import { reportError, viewInput, takeViewInput } from "../../state";
import { Badge, Slider, Warnings } from "../../ui";
import { Canvas } from "./Canvas";
import { CopySheet } from "./CopySheet";
import { DraftForm } from "./DraftForm";
import type { Viewport } from "./viewport";
import "./edit.css";
import { Layers } from "./Layers";
import { Operations, Quick } from "./Operations";
import { follow } from "./preview";
import { Start } from "./Start";
import * as store from "./store";
import { ToolOptions, Tools } from "./Tools";
import { save, TopBar } from "./TopBar";

export default function Edit() {
  useEffect(() => void (store.operations.value.length || store.loadOperations().catch(reportError)), []);
  useEffect(follow, []);
  useSignalEffect(() => {
    const input = viewInput.value && takeViewInput("edit");
    if (!input) return;
    store.open({ picture: input.picture, model: input.model, latent: input.latent }, input.edits);
  });
  return store.source.value ? <Editor /> : <Start />;
}

function Editor() {
  const [viewport, setViewport] = useState<Viewport | null>(null);
  const [split, setSplit] = useState<number | null>(null);
  const [copying, setCopying] = useState(false);
  useKeys({
    "ctrl+z": store.undo,
    "ctrl+shift+z": store.redo,
    "ctrl+y": store.redo,
    Escape: store.cancel,
    s: () => void save(),
    "[": () => (store.brush.value = Math.max(1, store.brush.value - 5)),
    "]": () => (store.brush.value = Math.min(200, store.brush.value + 5)),
  });
  usePressed("b", (pressed) => setSplit(pressed ? 1 : null));

  return (
    <div class="edit">
      <h1 class="sr-only">{t("edit.title")}</h1>
      <Tools />
      <div class="edit-middle">
        <TopBar viewport={viewport} split={split} onSplit={setSplit} onCopy={() => setCopying(true)} />
        {store.errorMessage.value && (
          <p class="failure" role="alert">
            {store.errorMessage.value}
          </p>
        )}
        <Warnings found={store.preview.value?.extrapolated ?? []} />
        {(store.preview.value?.notes ?? [])
          .filter((note) => note.warning)
          .map((note, index) => (
            <p key={index} class="warning" role="status">
              {t(note.edit === "remove" ? "edit.unsure.remove" : "edit.unsure.object", { confidence: percent(note.confidence) })}
            </p>
          ))}
        <div class="edit-view">
          <Canvas onViewport={setViewport} split={split} />
          {store.source.value?.model && <Badge />}
          {split !== null && split < 1 && (
            <Slider label={t("edit.split.where")} value={split} min={0} max={0.99} step={0.01} format={percent} onInput={setSplit} />
          )}
        </div>
        <ToolOptions />
      </div>
      <aside class="panel" aria-label={t("edit.panel")}>
        {store.draft.value ? (
          <DraftForm />
        ) : (
          <>
            <Quick />
            <Layers />
            <Operations />
          </>
        )}
      </aside>
      {copying && <CopySheet onClose={() => setCopying(false)} />}
    </div>
  );
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Calls `onChange` when a key goes down and when it comes up, but not while the user types. */
function usePressed(key: string, onChange: (pressed: boolean) => void): void {
  const newest = useRef(onChange);
  newest.current = onChange;

  useEffect(() => {
    const turn = (event: KeyboardEvent) => {
      const typing = (event.target as Element).matches("input:not([type=range]):not([type=checkbox]), select, textarea");
      if (event.key.toLowerCase() !== key || event.repeat || event.ctrlKey || event.metaKey || typing) return;
      newest.current(event.type === "keydown");
    };
    addEventListener("keydown", turn);
    addEventListener("keyup", turn);
    return () => {
      removeEventListener("keydown", turn);
      removeEventListener("keyup", turn);
    };
  }, [key]);
}
