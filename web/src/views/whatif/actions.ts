import { api } from "../../api";
import { blobOf, download, fileName } from "../../files";
import { complain, handOver, type Handoff } from "../../state";
import type { Model } from "../../types";
import { answer, unit } from "./world";

function other(): Blob {
  return blobOf(answer.value!.counterfactual.b64_json);
}

/** The picture as the server made it, with the unit and what was done inside. */
export function saveOther(model: Model): void {
  const whose = Object.values(unit.value).filter((part) => typeof part !== "object");
  download(other(), `${fileName(model.id, "what-if", ...(whose as (string | number)[]))}.png`);
}

async function give(to: (picture: string) => Handoff): Promise<void> {
  try {
    handOver(to((await api.putPicture(other())).id));
  } catch (error) {
    complain(error);
  }
}

export function editOther(): Promise<void> {
  return give((picture) => ({ to: "edit", picture, model: null, place: null, edits: [] }));
}

export function restyleOther(): Promise<void> {
  return give((picture) => ({ to: "restyle", picture, asked: null }));
}
