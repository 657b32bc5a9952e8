import { t } from "../../i18n";
import { api, type EditResponse } from "../../api";
import { blobOf, download, fileName } from "../../files";
import { reportError, openView } from "../../state";
import { Button, IconButton, Spinner } from "../../ui";
import type { Viewport } from "./viewport";
import { requestEdit } from "./preview";
import * as store from "./store";

interface TopBarProps {
  viewport: Viewport | null;
  split: number | null;
  onSplit: (share: number | null) => void;
  onCopy: () => void;
}

/** Actions on the picture as a whole. */
export function TopBar({ viewport, split, onSplit, onCopy }: TopBarProps) {
  const busy = store.busy.value;
  return (
    <div class="edit-top" role="toolbar" aria-label={t("edit.picture")}>
      <div class="row">
        <IconButton icon="undo" label={t("ui.undo")} disabled={!store.canUndo.value} onClick={store.undo} />
        <IconButton icon="redo" label={t("ui.redo")} disabled={!store.canRedo.value} onClick={store.redo} />
        <IconButton icon="minus" label={t("edit.zoom.out")} onClick={() => viewport?.zoomBy(0.8)} />
        <IconButton icon="plus" label={t("edit.zoom.in")} onClick={() => viewport?.zoomBy(1.25)} />
        <IconButton icon="fit" label={t("edit.zoom.fit")} onClick={() => viewport?.fit()} />
        <HoldBefore onSplit={onSplit} />
        <IconButton
          icon="split"
          label={t("edit.split")}
          aria-pressed={split !== null && split < 1}
          onClick={() => onSplit(split === null ? 0.5 : null)}
        />
        <span class="edit-busy" role="status">
          {busy && <Spinner />}
          {busy && <span class="sr-only">{t("edit.working")}</span>}
        </span>
      </div>
      <div class="row">
        <Size />
        <IconButton icon="copy" label={t("edit.copy")} onClick={onCopy} />
        <IconButton icon="close" label={t("edit.close")} onClick={store.close} />
        <Button icon="restyle" onClick={() => void restyle()}>
          {t("ui.restyle")}
        </Button>
        <Button kind="primary" icon="save" onClick={() => void save()}>
          {t("edit.save")}
        </Button>
      </div>
    </div>
  );
}

function Size() {
  const image = store.preview.value?.image;
  if (!image) return null;
  return (
    <span class="muted small edit-size">
      {image.naturalWidth} × {image.naturalHeight}
    </span>
  );
}

/** Shows the unedited picture while it is pressed. */
function HoldBefore({ onSplit }: { onSplit: (share: number | null) => void }) {
  const hold = () => onSplit(1);
  const release = () => onSplit(null);
  return (
    <Button
      onPointerDown={hold}
      onPointerUp={release}
      onPointerLeave={release}
      onKeyDown={(event) => [" ", "Enter"].includes(event.key) && hold()}
      onKeyUp={release}
      onBlur={release}
      title={t("edit.before.how")}
    >
      {t("edit.before")}
    </Button>
  );
}

/** Returns the picture with all active layers, as a PNG with its provenance. */
async function finished(): Promise<Blob | null> {
  store.apply(); // the draft is on screen already
  const from = store.source.value;
  if (!from) return null;
  const answer: EditResponse = await requestEdit(from, store.activeEdits.value, "png");
  const [image] = answer.data;
  return image ? blobOf(image.b64_json) : null;
}

/** Saves the edited picture as a file. */
export async function save(): Promise<void> {
  try {
    const blob = await finished();
    if (blob) download(blob, fileName("edited", store.source.value?.model ?? "picture") + ".png");
  } catch (error) {
    reportError(error);
  }
}

async function restyle(): Promise<void> {
  try {
    const blob = await finished();
    if (blob) openView({ to: "restyle", picture: (await api.putPicture(blob)).id, settings: null });
  } catch (error) {
    reportError(error);
  }
}
