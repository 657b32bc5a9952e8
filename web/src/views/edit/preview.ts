/** Asks the server for the picture whenever the list of edits changes; the newest list wins. */

import { effect } from "@preact/signals";
import { api, ApiError, isOffline } from "../../api";
import { dataUrl } from "../../files";
import { complain } from "../../state";
import type { Edited, Format } from "../../types";
import { GROUPS, type Edit } from "./catalogue";
import { fromUrl, loaded } from "./mask";
import { asked, original, problem, shown, source, wire, working, type Source } from "./store";

const WAIT = 90;
/** Before edits that take seconds. */
const LONG_WAIT = 600;
const SLOW = new Set([...GROUPS.model, "remove", "select-object"]);

export async function edited(from: Source, edits: Edit[], format: Format, signal?: AbortSignal): Promise<Edited> {
  const { picture, model, place } = from;
  const origin = picture ? { picture } : { model, place };
  return api.post<Edited>("/v1/edits", { ...origin, edits: wire(edits), output_format: format }, signal);
}

/** Keeps what is shown true to the list for as long as the view is on screen; returns what ends it. */
export function follow(): () => void {
  let running: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let begun: Source | null = null;

  const ask = async (from: Source, edits: Edit[]) => {
    running?.abort();
    const own = (running = new AbortController());
    working.value = true;
    try {
      const answer = await edited(from, edits, "webp", own.signal);
      const [made] = answer.data;
      if (!made) return;
      const image = await loaded(dataUrl(made.b64_json, "image/webp"));
      const selection = answer.selection ? await fromUrl(dataUrl(answer.selection)) : null;
      if (own.signal.aborted) return;
      shown.value = { image, selection };
      problem.value = null;
      if (edits.length === 0) original.value = image;
    } catch (error) {
      if (own.signal.aborted) return;
      if (error instanceof ApiError && !isOffline(error)) problem.value = error.message;
      else complain(error);
    } finally {
      if (running === own) working.value = false;
    }
  };

  const stop = effect(() => {
    const from = source.value;
    const edits = asked.value;
    clearTimeout(timer);
    if (!from) return;
    const first = from !== begun;
    begun = from;
    if (first && edits.length > 0) void before(from); // else what is shown first is it
    const slow = SLOW.has(edits.at(-1)?.name ?? "");
    timer = setTimeout(() => void ask(from, edits), first ? 0 : slow ? LONG_WAIT : WAIT);
  });

  return () => {
    stop();
    clearTimeout(timer);
    running?.abort();
    working.value = false;
  };
}

/** Fetches what the picture was before all edits. */
async function before(from: Source): Promise<void> {
  try {
    const [made] = (await edited(from, [], "webp")).data;
    if (made && source.peek() === from) original.value = await loaded(dataUrl(made.b64_json, "image/webp"));
  } catch (error) {
    complain(error);
  }
}
