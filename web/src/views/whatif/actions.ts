import { api } from "../../api";
import { blobOf, download, fileName } from "../../files";
import { reportError, openView, type ViewInput } from "../../state";
import type { Model } from "../../types";
import { counterfactual, unit } from "./store";

function counterfactualBlob(): Blob {
  return blobOf(counterfactual.value!.counterfactual.b64_json);
}

/** Saves the counterfactual picture with its provenance: the unit and the interventions. */
export function saveCounterfactual(model: Model): void {
  const unitParts = Object.values(unit.value).filter((part) => typeof part !== "object");
  download(counterfactualBlob(), `${fileName(model.id, "what-if", ...(unitParts as (string | number)[]))}.png`);
}

async function openIn(to: (picture: string) => ViewInput): Promise<void> {
  try {
    openView(to((await api.putPicture(counterfactualBlob())).id));
  } catch (error) {
    reportError(error);
  }
}

/** Opens the counterfactual picture in Edit. */
export function editCounterfactual(): Promise<void> {
  return openIn((picture) => ({ to: "edit", picture, model: null, latent: null, edits: [] }));
}

/** Opens the counterfactual picture in Restyle. */
export function restyleCounterfactual(): Promise<void> {
  return openIn((picture) => ({ to: "restyle", picture, settings: null }));
}
