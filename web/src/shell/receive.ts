import { api } from "../api";
import { t } from "../i18n";
import { complain, handOver, models, toast, type Handoff } from "../state";
import { placeOf } from "../place";
import type { Edit, Model, StoredPicture } from "../types";

type Said = Record<string, unknown>;

/** Takes a picture that was dropped: it opens where it was made, if a model of this server made it, or in Edit. */
export async function receive(files: File[]): Promise<void> {
  try {
    const picture = await api.putPicture(files[0]);
    handOver(destination(picture));
  } catch (error) {
    complain(error);
  }
}

/** Where a picture belongs, by what it says of how it was made. */
export function destination(picture: StoredPicture): Handoff {
  const said = picture.provenance ?? {};
  const photograph: Handoff = { to: "edit", picture: picture.id, model: null, place: null, edits: [] };
  switch (said.kind) {
    case "place":
    case "sample": {
      const model = modelSaid(said);
      if (model) return { to: "explore", model: model.id, place: placeOf(said) };
      toast(t("shell.dropped.foreign"));
      return photograph;
    }
    case "edit":
      return editOfPlace(said) ?? photograph; // the server goes on from the edits that a picture carries
    case "stylization":
      return { to: "restyle", picture: picture.id, asked: said };
    default:
      return photograph;
  }
}

/** The edits of a model's picture, on the place they were made on; null for those of any other picture. */
function editOfPlace(said: Said): Handoff | null {
  const origin = said.origin as Said | undefined;
  const model = origin && modelSaid(origin);
  if (!model) return null;
  const edits = Array.isArray(said.edits) ? (said.edits as Edit[]).map(asAsked) : [];
  return { to: "edit", picture: null, model: model.id, place: placeOf(origin), edits };
}

const kept = /([0-9a-f]{64})\.\w+$/;

/** An edit as clients ask for it: with ids and names in the place of the server's paths. */
function asAsked(edit: Edit): Edit {
  const rename = ([field, value]: [string, unknown]): [string, unknown] => {
    if (typeof value !== "string") return [field, value];
    if (field === "model") return [field, value.split(/[\\/]/).at(-1)];
    return [field, kept.exec(value)?.[1] ?? value];
  };
  return Object.fromEntries(
    Object.entries(edit).map(([name, fields]) => [name, Object.fromEntries(Object.entries(fields).map(rename))]),
  );
}

/** A model is known by its hash: names and paths differ from machine to machine. */
function modelSaid(said: Said): Model | null {
  const sha256 = (said.model as { sha256?: string } | undefined)?.sha256;
  if (!sha256) return null;
  return (models.value ?? []).find((model) => model.kind === "image" && model.sha256 === sha256) ?? null;
}
