/** Requests the edited picture whenever the list of edits changes; the newest list wins. */

import { effect } from "@preact/signals";
import { api, ApiError, isOffline } from "../../api";
import { dataUrl } from "../../files";
import { reportError } from "../../state";
import type { EditResponse, Format } from "../../types";
import { GROUPS, type Edit } from "./catalogue";
import { loadMask, loadImage } from "./mask";
import { previewEdits, original, errorMessage, preview, source, toRequest, busy, type Source } from "./store";

/** Milliseconds to wait for further changes. */
const DELAY = 90;
/** Milliseconds to wait before edits that take seconds. */
const LONG_DELAY = 600;
const SLOW = new Set([...GROUPS.model, "remove", "select-object"]);

/** Requests the source with edits applied. */
export async function requestEdit(from: Source, edits: Edit[], format: Format, signal?: AbortSignal): Promise<EditResponse> {
  const { picture, model, latent } = from;
  const origin = picture ? { picture } : { model, latent };
  return api.post<EditResponse>("/v1/edits", { ...origin, edits: toRequest(edits), output_format: format }, signal);
}

/** Keeps the preview up to date while the view is on screen; returns the function that ends it. */
export function follow(): () => void {
  let running: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current: Source | null = null;

  const refresh = async (from: Source, edits: Edit[]) => {
    running?.abort();
    const controller = (running = new AbortController());
    busy.value = true;
    try {
      const answer = await requestEdit(from, edits, "webp", controller.signal);
      const [encoded] = answer.data;
      if (!encoded) return;
      const image = await loadImage(dataUrl(encoded.b64_json, "image/webp"));
      const selection = answer.selection ? await loadMask(dataUrl(answer.selection)) : null;
      if (controller.signal.aborted) return;
      preview.value = { image, selection, extrapolated: answer.extrapolated, notes: answer.notes };
      errorMessage.value = null;
      if (edits.length === 0) original.value = image;
    } catch (error) {
      if (controller.signal.aborted) return;
      if (error instanceof ApiError && !isOffline(error)) errorMessage.value = error.message;
      else reportError(error);
    } finally {
      if (running === controller) busy.value = false;
    }
  };

  const stop = effect(() => {
    const from = source.value;
    const edits = previewEdits.value;
    clearTimeout(timer);
    if (!from) return;
    const first = from !== current;
    current = from;
    if (first && edits.length > 0) void loadOriginal(from); // without edits the first preview is the original
    const slow = SLOW.has(edits.at(-1)?.name ?? "");
    timer = setTimeout(() => void refresh(from, edits), first ? 0 : slow ? LONG_DELAY : DELAY);
  });

  return () => {
    stop();
    clearTimeout(timer);
    running?.abort();
    busy.value = false;
  };
}

/** Requests the unedited picture. */
async function loadOriginal(from: Source): Promise<void> {
  try {
    const [encoded] = (await requestEdit(from, [], "webp")).data;
    if (encoded && source.peek() === from) original.value = await loadImage(dataUrl(encoded.b64_json, "image/webp"));
  } catch (error) {
    reportError(error);
  }
}
