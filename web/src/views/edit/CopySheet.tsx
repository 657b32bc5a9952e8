import { t } from "../../i18n";
import { api, picturePath } from "../../api";
import { download } from "../../files";
import { reportError, toast } from "../../state";
import { Button, Dialog } from "../../ui";
import { asCommand, asYaml, FileNames } from "./text";
import * as store from "./store";

/** The list of edits as text, for the command line. */
export function CopySheet({ onClose }: { onClose: () => void }) {
  const from = store.source.value;
  const files = new FileNames(store.uploaded);
  const input = from?.model ? `${from.model} --seed ${from.latent?.seed ?? 0}` : "photo.png";
  const command = asCommand(input, store.activeEdits.value, store.operations.value, files);
  const yaml = asYaml(store.activeEdits.value, store.operations.value, files);
  return (
    <Dialog title={t("edit.copy")} onClose={onClose}>
      <div class="stack edit-copy">
        <Text label={t("edit.copy.command")} text={command} />
        <Text label={t("edit.copy.yaml")} text={yaml} />
        {files.names.size > 0 && (
          <>
            <p class="muted">{t("edit.copy.files")}</p>
            <div class="row">
              {[...files.names].map(([id, name]) => (
                <Button key={id} icon="save" onClick={() => void save(id, name)}>
                  {name}
                </Button>
              ))}
            </div>
          </>
        )}
      </div>
    </Dialog>
  );
}

function Text({ label, text }: { label: string; text: string }) {
  return (
    <div class="stack">
      <div class="row spread">
        <h3>{label}</h3>
        <Button icon="copy" onClick={() => void copy(text)}>
          {t("edit.copy.button")}
        </Button>
      </div>
      <pre tabIndex={0}>{text}</pre>
    </div>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("edit.copied"));
  } catch {
    toast(t("edit.copy.refused"), "error");
  }
}

async function save(id: string, name: string): Promise<void> {
  try {
    download(await api.blob(picturePath(id)), name);
  } catch (error) {
    reportError(error);
  }
}
