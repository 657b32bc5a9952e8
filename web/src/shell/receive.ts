import { api } from "../api";
import { t } from "../i18n";
import { reportError, openView, toast, type ViewInput } from "../state";
import type { StoredPicture } from "../types";
import { destinations } from "./destinations";

/** Opens a dropped picture in the view that made it, or in Edit. */
export async function receive(files: File[]): Promise<void> {
  try {
    openView(await destinationOf(await api.putPicture(files[0])));
  } catch (error) {
    reportError(error);
  }
}

/** For views that accept pictures: one that `isKnown` opens in the view that made it, `onPicture` gets any other. */
export async function receiveOr(file: Blob, isKnown: PictureFilter, onPicture: (picture: StoredPicture) => void): Promise<void> {
  try {
    const picture = await api.putPicture(file);
    if (isKnown(picture)) openView(await destinationOf(picture));
    else onPicture(picture);
  } catch (error) {
    reportError(error);
  }
}

type PictureFilter = (picture: StoredPicture) => boolean;

/** Accepts pictures with provenance. */
export const hasProvenance: PictureFilter = ({ provenance }) => provenance !== null;
/** Accepts pictures with provenance of one kind. */
export const hasKind = (kind: string): PictureFilter => ({ provenance }) => provenance?.kind === kind;

/** Returns the view that made a picture, with its settings; Edit for any other picture. */
export async function destinationOf(picture: StoredPicture): Promise<ViewInput> {
  const plainPicture: ViewInput = { to: "edit", picture: picture.id, model: null, latent: null, edits: [] };
  const find = destinations.get(picture.provenance?.kind);
  if (!find) return plainPicture;
  const found = await find(picture.provenance!);
  if (!found) toast(t("shell.dropped.foreign"));
  return found ?? plainPicture;
}
