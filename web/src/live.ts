import { ApiError, liveAddress } from "./api";
import { recordTiming } from "./timings";
import type { ErrorBody, FrameHeader, LiveRequest } from "./types";

/** One answer of the live connection. */
export interface Frame {
  header: FrameHeader;
  bitmap: ImageBitmap;
}

interface SentRequest {
  id: number;
  message: LiveRequest;
  /** When it was made, `performance.now()`. */
  time: number;
}

/** Milliseconds to wait before each try to connect again. */
const backoff = [250, 500, 1000, 2000, 5000];

/**
 * A WebSocket that keeps one canvas up to date with the newest state of the controls.
 *
 * One request is in flight at a time. Of those made meanwhile only the newest is kept, and it is sent when the answer
 * arrives: frames come as fast as the model generates them, and no queue builds up.
 * `onFrame` must draw before it returns: the measured time ends there. The bitmap is closed afterwards.
 */
export class LiveConnection {
  private socket: WebSocket | null = null;
  private inFlight: SentRequest | null = null;
  private pending: SentRequest | null = null;
  private nextId = 1;
  private newestFrame = 0;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(
    private readonly onFrame: (frame: Frame) => void,
    private readonly onError: (error: ApiError) => void,
    private readonly measured = true,
  ) {}

  request(message: LiveRequest): void {
    if (this.closed) return;
    this.pending = { id: this.nextId++, message, time: performance.now() };
    this.send();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private send(): void {
    if (this.inFlight || !this.pending) return;
    if (this.socket?.readyState !== WebSocket.OPEN) return this.connect();
    this.inFlight = this.pending;
    this.pending = null;
    this.socket.send(JSON.stringify({ id: this.inFlight.id, ...this.inFlight.message }));
  }

  private connect(): void {
    if (this.socket || this.timer !== undefined) return;
    const socket = new WebSocket(liveAddress());
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.failures = 0;
      this.send();
    };
    socket.onmessage = (event: MessageEvent<ArrayBuffer | string>) => this.receive(event.data);
    socket.onclose = () => this.onClose();
    this.socket = socket;
  }

  /** The request in flight is sent again, unless a newer one waits. */
  private onClose(): void {
    this.socket = null;
    this.pending ??= this.inFlight;
    this.inFlight = null;
    if (this.closed) return;
    if (this.failures === 0) this.onError(new ApiError("offline", ""));
    const wait = backoff[Math.min(this.failures++, backoff.length - 1)];
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.pending) this.connect();
    }, wait);
  }

  private receive(data: ArrayBuffer | string): void {
    const request = this.inFlight;
    this.inFlight = null;
    this.send();
    if (typeof data === "string") this.onRefusal(data);
    else void this.showFrame(data, request);
  }

  private onRefusal(text: string): void {
    const { error } = JSON.parse(text) as ErrorBody;
    this.onError(new ApiError(error.type, error.message, error.param, 400));
  }

  private async showFrame(data: ArrayBuffer, request: SentRequest | null): Promise<void> {
    const { header, jpeg } = decodeFrame(data);
    const bitmap = await createImageBitmap(jpeg);
    const outdated = header.id < this.newestFrame;
    if (!outdated && !this.closed) {
      this.newestFrame = header.id;
      this.onFrame({ header, bitmap });
      if (request && this.measured) recordTiming(header, performance.now() - request.time);
    }
    bitmap.close();
  }
}

/** Splits an answer: four bytes, the length of the header (big-endian); the header, JSON; the JPEG. */
export function decodeFrame(data: ArrayBuffer): { header: FrameHeader; jpeg: Blob } {
  const length = new DataView(data).getUint32(0);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length))) as FrameHeader;
  return { header, jpeg: new Blob([new Uint8Array(data, 4 + length)], { type: "image/jpeg" }) };
}
