import { ApiError, liveAddress } from "./api";
import type { FrameHeader, LiveAsk } from "./types";
import { timed } from "./timings";

export interface Frame {
  header: FrameHeader;
  bitmap: ImageBitmap;
}

interface Asked {
  id: number;
  message: LiveAsk;
  at: number;
}

const backoff = [250, 500, 1000, 2000, 5000];

/**
 * A connection that paints the newest state of the controls.
 *
 * One request is in flight at a time. While it is, only the newest of the later ones is kept, and it leaves as soon as the
 * answer arrives: the picture follows the hand as fast as the model can paint, and never lags behind a queue.
 * `onFrame` must draw before it returns: its end is the end of the measured time. The bitmap is closed after it.
 */
export class Live {
  private socket: WebSocket | null = null;
  private flying: Asked | null = null;
  private pending: Asked | null = null;
  private next = 1;
  private painted = 0;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private readonly onFrame: (frame: Frame) => void,
    private readonly onError: (error: ApiError) => void,
    private readonly measured = true,
  ) {}

  ask(message: LiveAsk): void {
    if (this.closed) return;
    this.pending = { id: this.next++, message, at: performance.now() };
    this.send();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private send(): void {
    if (this.flying || !this.pending) return;
    if (this.socket?.readyState !== WebSocket.OPEN) return this.connect();
    this.flying = this.pending;
    this.pending = null;
    this.socket.send(JSON.stringify({ id: this.flying.id, ...this.flying.message }));
  }

  private connect(): void {
    if (this.socket || this.timer !== undefined) return;
    const socket = new WebSocket(liveAddress());
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.failures = 0;
      this.send();
    };
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = () => this.lost();
    this.socket = socket;
  }

  /** What was in flight is asked again, unless something newer waits. */
  private lost(): void {
    this.socket = null;
    this.pending ??= this.flying;
    this.flying = null;
    if (this.closed) return;
    if (this.failures === 0) this.onError(new ApiError("offline", ""));
    const wait = backoff[Math.min(this.failures++, backoff.length - 1)];
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.pending) this.connect();
    }, wait);
  }

  private receive(data: ArrayBuffer | string): void {
    const asked = this.flying;
    this.flying = null;
    this.send();
    if (typeof data === "string") this.refused(data);
    else void this.paint(data, asked);
  }

  private refused(text: string): void {
    const { error } = JSON.parse(text);
    this.onError(new ApiError(error.type, error.message, error.param ?? null, 400));
  }

  private async paint(data: ArrayBuffer, asked: Asked | null): Promise<void> {
    const { header, jpeg } = decode(data);
    const bitmap = await createImageBitmap(jpeg);
    const overtaken = header.id < this.painted;
    if (!overtaken && !this.closed) {
      this.painted = header.id;
      this.onFrame({ header, bitmap });
      if (asked && this.measured) timed(header, performance.now() - asked.at);
    }
    bitmap.close();
  }
}

/** Four bytes, the length of the header (big-endian); the header, JSON; the JPEG. */
export function decode(data: ArrayBuffer): { header: FrameHeader; jpeg: Blob } {
  const length = new DataView(data).getUint32(0);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  return { header, jpeg: new Blob([new Uint8Array(data, 4 + length)], { type: "image/jpeg" }) };
}
