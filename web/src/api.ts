import type { ErrorBody, StoredPicture } from "./types";

export type * from "./types";

/** An error that the server answered, or a server that cannot be reached (`status` 0, `type` "offline"). */
export class ApiError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly param: string | null = null,
    readonly status = 0,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** Returns the full address of a path of the server, wherever the studio is mounted. */
export function address(path: string): string {
  return new URL(path.replace(/^\//, ""), document.baseURI).href;
}

/** Returns the address of the live WebSocket. */
export function liveAddress(): string {
  return address("/v1/live").replace(/^http/, "ws");
}

/** Whether a call failed because the server cannot be reached, not because it answered with an error. */
export function isOffline(error: unknown): boolean {
  return error instanceof ApiError && error.status === 0 && error.type === "offline";
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as Partial<ErrorBody> | null;
  const error = body?.error;
  if (!error) return new ApiError("unusable", `${response.status} ${response.statusText}`, null, response.status);
  return new ApiError(error.type, error.message, error.param ?? null, response.status);
}

async function request(method: string, path: string, body?: BodyInit, headers?: HeadersInit, signal?: AbortSignal) {
  let response: Response;
  try {
    response = await fetch(address(path), { method, body, headers, signal, credentials: "same-origin" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("offline", String(error instanceof Error ? error.message : error));
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

const json = { "Content-Type": "application/json" };

/** The client of the server's API. Every call throws an `ApiError`. */
export const api = {
  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await request("GET", path, undefined, undefined, signal)).json() as Promise<T>;
  },

  async post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return (await request("POST", path, JSON.stringify(body), json, signal)).json() as Promise<T>;
  },

  /** A POST that is answered by a file, such as a video. */
  async postForBlob(path: string, body: unknown, signal?: AbortSignal): Promise<Blob> {
    return (await request("POST", path, JSON.stringify(body), json, signal)).blob();
  },

  async postForm<T>(path: string, form: FormData, signal?: AbortSignal): Promise<T> {
    return (await request("POST", path, form, undefined, signal)).json() as Promise<T>;
  },

  async blob(path: string, signal?: AbortSignal): Promise<Blob> {
    return (await request("GET", path, undefined, undefined, signal)).blob();
  },

  async text(path: string, signal?: AbortSignal): Promise<string> {
    return (await request("GET", path, undefined, undefined, signal)).text();
  },

  /** Uploads a picture; the server stores it under the `id` in its answer. */
  async putPicture(file: Blob, signal?: AbortSignal): Promise<StoredPicture> {
    const headers = { "Content-Type": file.type || "application/octet-stream" };
    return (await request("POST", "/v1/pictures", file, headers, signal)).json() as Promise<StoredPicture>;
  },
};

export function modelPath(id: string, rest = ""): string {
  return `/v1/models/${encodeURIComponent(id)}${rest}`;
}

export function dataPath(id: string, rest = ""): string {
  return `/v1/data/${encodeURIComponent(id)}${rest}`;
}

export function jobPath(id: string, rest = ""): string {
  return `/v1/jobs/${encodeURIComponent(id)}${rest}`;
}

export function picturePath(id: string): string {
  return `/v1/pictures/${encodeURIComponent(id)}`;
}
