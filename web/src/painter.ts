import { Live, type Frame } from "./live";
import type { ApiError } from "./api";
import type { LiveAsk } from "./types";

interface Wish {
  key: string;
  message: LiveAsk;
  take: (picture: HTMLCanvasElement) => void;
}

const kept = 600;
const side = 192;

/**
 * Paints small pictures, one after another, on a connection beside the one that the hand moves.
 * What is asked last is painted first, because it is what has just come into sight.
 */
class Painter {
  private readonly waiting: Wish[] = [];
  private readonly done = new Map<string, HTMLCanvasElement>();
  private readonly refused = new Set<string>();
  private current: Wish | null = null;
  private live: Live | null = null;

  /** Calls `take` with the picture, at once if it is known; returns how to take the wish back. */
  paint(message: LiveAsk, take: (picture: HTMLCanvasElement) => void): () => void {
    const wish = { key: JSON.stringify(message), message, take };
    this.waiting.push(wish);
    this.next();
    return () => {
      const position = this.waiting.indexOf(wish);
      if (position >= 0) this.waiting.splice(position, 1);
    };
  }

  private next(): void {
    while (this.current === null && this.waiting.length > 0) {
      const wish = this.waiting.pop()!;
      const known = this.done.get(wish.key);
      if (known) wish.take(known);
      else if (!this.refused.has(wish.key)) this.ask(wish);
    }
  }

  private ask(wish: Wish): void {
    this.current = wish;
    this.live ??= new Live(
      (frame) => this.painted(frame),
      (error) => this.failed(error),
      false,
    );
    this.live.ask(wish.message);
  }

  private painted(frame: Frame): void {
    const wish = this.current;
    this.current = null;
    if (wish) {
      const picture = small(frame.bitmap);
      this.keep(wish.key, picture);
      wish.take(picture);
    }
    this.next();
  }

  /** A connection that is lost asks again by itself; anything else will not come. */
  private failed(error: ApiError): void {
    if (error.type === "offline") return;
    if (this.current) this.refused.add(this.current.key);
    this.current = null;
    this.next();
  }

  private keep(key: string, picture: HTMLCanvasElement): void {
    this.done.set(key, picture);
    if (this.done.size > kept) this.done.delete(this.done.keys().next().value!);
  }
}

function small(bitmap: ImageBitmap): HTMLCanvasElement {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d")!;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export const painter = new Painter();
