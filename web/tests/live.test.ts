import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiError } from "../src/api";
import { decodeFrame, LiveConnection } from "../src/live";
import type { LiveRequest } from "../src/types";

/** A socket whose server answers when a test says so. */
class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: Record<string, unknown>[] = [];
  onopen = () => undefined;
  onclose = () => undefined;
  onmessage: (event: { data: unknown }) => void = () => undefined;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  open(): void {
    this.readyState = 1;
    this.onopen();
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
    this.onclose();
  }
}

function frame(header: object, jpeg = "jpeg"): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(4 + text.length + jpeg.length);
  new DataView(bytes.buffer).setUint32(0, text.length);
  bytes.set(text, 4);
  bytes.set(new TextEncoder().encode(jpeg), 4 + text.length);
  return bytes.buffer;
}

const timings = { width: 1, height: 1, queue_ms: 1, model_ms: 2, encode_ms: 3 };
const request = (seed: number) => ({ kind: "sample", model: "flowers", seed }) as unknown as LiveRequest;
const seeds = (socket: FakeSocket) => socket.sent.map(({ seed }) => seed);

let frames: number[];
let errors: ApiError[];
let connection: LiveConnection;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("createImageBitmap", () => Promise.resolve({ close: () => undefined }));
  FakeSocket.all = [];
  [frames, errors] = [[], []];
  connection = new LiveConnection(({ header }) => frames.push(header.id), (error) => errors.push(error));
});

afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

describe("a live connection", () => {
  it("sends one request at a time, and of the later ones only the newest", async () => {
    connection.request(request(1));
    const [socket] = FakeSocket.all;
    expect(socket.url).toBe("ws://localhost/v1/live");
    socket.open();
    for (const seed of [2, 3, 4]) connection.request(request(seed));
    expect(seeds(socket)).toEqual([1]);
    socket.onmessage({ data: frame({ id: 1, ...timings }) });
    expect(seeds(socket)).toEqual([1, 4]);
    await vi.runAllTimersAsync();
    expect(frames).toEqual([1]);
    expect(window.limnerTimings.at(-1)).toMatchObject({ model: 2, encode: 3, queue: 1 });
  });

  it("never shows an older frame after a newer one", async () => {
    connection.request(request(1));
    const [socket] = FakeSocket.all;
    socket.open();
    for (const id of [2, 1, 3]) socket.onmessage({ data: frame({ id, ...timings }) });
    await vi.runAllTimersAsync();
    expect(frames).toEqual([2, 3]);
  });

  it("reports an error of the server, and goes on", () => {
    connection.request(request(1));
    const [socket] = FakeSocket.all;
    socket.open();
    socket.onmessage({ data: JSON.stringify({ id: 1, error: { type: "not_found", message: "no such model", param: "model" } }) });
    expect(errors.map(({ type, message, param }) => [type, message, param])).toEqual([["not_found", "no such model", "model"]]);
    connection.request(request(2));
    expect(seeds(socket)).toEqual([1, 2]);
  });

  it("connects again when it is lost, and sends the request in flight again", async () => {
    connection.request(request(1));
    FakeSocket.all[0].open();
    FakeSocket.all[0].close();
    expect(errors.map(({ type }) => type)).toEqual(["offline"]);
    await vi.advanceTimersByTimeAsync(250);
    expect(FakeSocket.all).toHaveLength(2);
    FakeSocket.all[1].close();
    await vi.advanceTimersByTimeAsync(499);
    expect(FakeSocket.all).toHaveLength(2); // it waits longer each time
    await vi.advanceTimersByTimeAsync(1);
    FakeSocket.all[2].open();
    expect(seeds(FakeSocket.all[2])).toEqual([1]);
    expect(errors).toHaveLength(1);
  });
});

it("a frame is its header and its JPEG", async () => {
  const { header, jpeg } = decodeFrame(frame({ id: 17, ...timings, attributes: { kind: "花" } }, "the picture"));
  expect(header).toEqual({ id: 17, ...timings, attributes: { kind: "花" } });
  expect([jpeg.type, await jpeg.text()]).toEqual(["image/jpeg", "the picture"]);
});
