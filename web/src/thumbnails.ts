import type { ApiError } from "./api";
import { LiveConnection, type Frame } from "./live";
import type { LiveRequest } from "./types";

interface ThumbnailRequest {
  key: string;
  message: LiveRequest;
  onPicture: (picture: HTMLCanvasElement) => void;
}

const maxCached = 600;
/** Longest side of a cached thumbnail, pixels. */
const maxSide = 192;

/**
 * Generates thumbnails one after another, on a connection of their own, so that they never delay the main picture.
 * The newest request is served first, because it is for what has just been scrolled into view.
 */
export class ThumbnailQueue {
  private readonly waiting: ThumbnailRequest[] = [];
  private readonly cache = new Map<string, HTMLCanvasElement>();
  private readonly refused = new Set<string>();
  private current: ThumbnailRequest | null = null;
  private connection: LiveConnection | null = null;

  /** Calls `onPicture` with the thumbnail, at once if it is cached; returns a function that cancels the request. */
  request(message: LiveRequest, onPicture: (picture: HTMLCanvasElement) => void): () => void {
    const entry = { key: JSON.stringify(message), message, onPicture };
    this.waiting.push(entry);
    this.next();
    return () => {
      const position = this.waiting.indexOf(entry);
      if (position >= 0) this.waiting.splice(position, 1);
    };
  }

  private next(): void {
    while (this.current === null && this.waiting.length > 0) {
      const entry = this.waiting.pop()!;
      const cached = this.cache.get(entry.key);
      if (cached) entry.onPicture(cached);
      else if (!this.refused.has(entry.key)) this.send(entry);
    }
  }

  private send(entry: ThumbnailRequest): void {
    this.current = entry;
    this.connection ??= new LiveConnection(
      (frame) => this.receive(frame),
      (error) => this.onError(error),
      false,
    );
    this.connection.request(entry.message);
  }

  private receive(frame: Frame): void {
    const entry = this.current;
    this.current = null;
    if (entry) {
      const picture = scaledDown(frame.bitmap);
      this.store(entry.key, picture);
      entry.onPicture(picture);
    }
    this.next();
  }

  /** A lost connection sends its request again by itself; after any other error no picture will come. */
  private onError(error: ApiError): void {
    if (error.type === "offline") return;
    if (this.current) this.refused.add(this.current.key);
    this.current = null;
    this.next();
  }

  private store(key: string, picture: HTMLCanvasElement): void {
    this.cache.set(key, picture);
    if (this.cache.size > maxCached) this.cache.delete(this.cache.keys().next().value!);
  }
}

function scaledDown(bitmap: ImageBitmap): HTMLCanvasElement {
  const scale = Math.min(1, maxSide / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d")!;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export const thumbnailQueue = new ThumbnailQueue();
