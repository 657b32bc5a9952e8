import { api } from "../../api";
import { blobOf, download, fileName } from "../../files";
import { t } from "../../i18n";
import { complain, handOver, toast } from "../../state";
import type { Generations, Model, Place } from "../../types";
import { fitted } from "./asking";

/** The picture of a place as a PNG that carries how it was made. */
async function paint(model: Model, place: Place): Promise<Blob> {
  const asked = { model: model.id, n: 1, ...fitted(model, place), output_format: "png" };
  const answer = await api.post<Generations>("/v1/images/generations", asked);
  return blobOf(answer.data[0].b64_json);
}

export async function save(model: Model, place: Place): Promise<void> {
  try {
    download(await paint(model, place), `${fileName(model.id, place.seed)}.png`);
    toast(t("explore.saved"));
  } catch (error) {
    complain(error);
  }
}

export function edit(model: Model, place: Place): void {
  handOver({ to: "edit", picture: null, model: model.id, place: fitted(model, place), edits: [] });
}

export async function restyle(model: Model, place: Place): Promise<void> {
  try {
    const { id } = await api.putPicture(await paint(model, place));
    handOver({ to: "restyle", picture: id, asked: null });
  } catch (error) {
    complain(error);
  }
}
