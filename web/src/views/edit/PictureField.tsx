import { useState } from "preact/hooks";
import { api } from "../../api";
import { t } from "../../i18n";
import { reportError } from "../../state";
import { Dropzone, Spinner } from "../../ui";
import { pictureUrl, uploaded } from "./store";

interface PictureFieldProps {
  label: string;
  value: string | undefined;
  onChange: (id: string) => void;
}

/** Another picture that an edit needs: uploaded to the server, and referred to by its id. */
export function PictureField({ label, value, onChange }: PictureFieldProps) {
  const [busy, setBusy] = useState(false);

  const upload = async ([file]: File[]) => {
    if (!file) return;
    setBusy(true);
    try {
      const { id } = await api.putPicture(file);
      uploaded.add(id);
      onChange(id);
    } catch (error) {
      reportError(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div class="stack edit-picture">
      <span class="muted">{label}</span>
      {value && <img src={pictureUrl(value)} alt={label} />}
      {busy ? <Spinner /> : <Dropzone label={t(value ? "edit.picture.other" : "edit.picture.choose")} onFiles={upload} />}
    </div>
  );
}
