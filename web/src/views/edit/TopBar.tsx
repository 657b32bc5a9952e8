import { t } from "../../i18n";
import { api, type Edited } from "../../api";
import { blobOf, download, fileName } from "../../files";
import { complain, handOver } from "../../state";
import { Button, IconButton, Spinner } from "../../ui";
import type { Easel } from "./easel";
import { edited } from "./preview";
import * as store from "./store";

interface TopBarProps {
  easel: Easel | null;
  split: number | null;
  onSplit: (share: number | null) => void;
  onCopy: () => void;
}

/** What is done with the picture as a whole. */
export function TopBar({ easel, split, onSplit, onCopy }: TopBarProps) {
  const busy = store.working.value;
  return (
    <div class="edit-top" role="toolbar" aria-label={t("edit.picture")}>
      <div class="row">
        <IconButton icon="undo" label={t("ui.undo")} disabled={!store.canUndo.value} onClick={store.undo} />
        <IconButton icon="redo" label={t("ui.redo")} disabled={!store.canRedo.value} onClick={store.redo} />
        <IconButton icon="minus" label={t("edit.zoom.out")} onClick={() => easel?.zoomBy(0.8)} />
        <IconButton icon="plus" label={t("edit.zoom.in")} onClick={() => easel?.zoomBy(1.25)} />
        <IconButton icon="fit" label={t("edit.zoom.fit")} onClick={() => easel?.fit()} />
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
  const image = store.shown.value?.image;
  if (!image) return null;
  return (
    <span class="muted small edit-size">
      {image.naturalWidth} × {image.naturalHeight}
    </span>
  );
}

/** Shows the picture as it was, for as long as it is pressed. */
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

/** The picture of all layers that are on, as a PNG that says how it was made. */
async function finished(): Promise<Blob | null> {
  store.apply(); // what is being tuned is on screen already
  const from = store.source.value;
  if (!from) return null;
  const answer: Edited = await edited(from, store.applied.value, "png");
  const [made] = answer.data;
  return made ? blobOf(made.b64_json) : null;
}

export async function save(): Promise<void> {
  try {
    const blob = await finished();
    if (blob) download(blob, fileName("edited", store.source.value?.model ?? "picture") + ".png");
  } catch (error) {
    complain(error);
  }
}

async function restyle(): Promise<void> {
  try {
    const blob = await finished();
    if (blob) handOver({ to: "restyle", picture: (await api.putPicture(blob)).id, asked: null });
  } catch (error) {
    complain(error);
  }
}
