/** Pictures and videos as the browser holds them. */

export function dataUrl(b64: string, type = "image/png"): string {
  return `data:${type};base64,${b64}`;
}

export function blobOf(b64: string, type = "image/png"): Blob {
  const bytes = Uint8Array.from(atob(b64), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type });
}

/** Saves bytes unchanged, so that the provenance inside them is preserved. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Returns a name that is valid in every file system. */
export function fileName(...parts: (string | number)[]): string {
  return parts.join("-").replace(/[^\p{L}\p{N}._-]+/gu, "_");
}
