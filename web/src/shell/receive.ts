import { api } from "../api";
import { t } from "../i18n";
import { complain, handOver, toast, type Handoff } from "../state";
import type { StoredPicture } from "../types";
import { homes } from "./homes";

/** Takes a picture that was dropped: it opens where it was made, if what it was made of is here, or in Edit. */
export async function receive(files: File[]): Promise<void> {
  try {
    handOver(await destination(await api.putPicture(files[0])));
  } catch (error) {
    complain(error);
  }
}

/** For a view that takes pictures itself: what is `known` opens where it was made, `take` gets the others. */
export async function receiveOr(file: Blob, known: Which, take: (picture: StoredPicture) => void): Promise<void> {
  try {
    const picture = await api.putPicture(file);
    if (known(picture)) handOver(await destination(picture));
    else take(picture);
  } catch (error) {
    complain(error);
  }
}

type Which = (picture: StoredPicture) => boolean;

/** Pictures that say how they were made. */
export const anyMade: Which = ({ provenance }) => provenance !== null;
export const ofKind = (kind: string): Which => ({ provenance }) => provenance?.kind === kind;

/** Where a picture belongs, by what it says of how it was made. */
export async function destination(picture: StoredPicture): Promise<Handoff> {
  const photograph: Handoff = { to: "edit", picture: picture.id, model: null, place: null, edits: [] };
  const home = homes.get(picture.provenance?.kind);
  if (!home) return photograph;
  const found = await home(picture.provenance!);
  if (!found) toast(t("shell.dropped.foreign"));
  return found ?? photograph;
}
