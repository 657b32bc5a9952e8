import { api } from "../../api";
import { blobOf, download, fileName } from "../../files";
import { t } from "../../i18n";
import { reportError, openView, toast } from "../../state";
import type { Generations, Model, LatentSpec } from "../../types";
import { supportedPart } from "./requests";

/** Generates a picture as a PNG with its provenance. */
async function generate(model: Model, latent: LatentSpec): Promise<Blob> {
  const request = { model: model.id, n: 1, ...supportedPart(model, latent), output_format: "png" };
  const answer = await api.post<Generations>("/v1/images/generations", request);
  return blobOf(answer.data[0].b64_json);
}

/** Generates a picture and saves it as a file. */
export async function save(model: Model, latent: LatentSpec): Promise<void> {
  try {
    download(await generate(model, latent), `${fileName(model.id, latent.seed)}.png`);
    toast(t("explore.saved"));
  } catch (error) {
    reportError(error);
  }
}

/** Opens a generated picture in Edit. */
export function edit(model: Model, latent: LatentSpec): void {
  openView({ to: "edit", picture: null, model: model.id, latent: supportedPart(model, latent), edits: [] });
}

/** Generates a picture and opens it in Restyle. */
export async function restyle(model: Model, latent: LatentSpec): Promise<void> {
  try {
    const { id } = await api.putPicture(await generate(model, latent));
    openView({ to: "restyle", picture: id, settings: null });
  } catch (error) {
    reportError(error);
  }
}
