/** Selection masks: grey canvases of the size of the edited picture, white where it is selected. */

export interface Point {
  x: number;
  y: number;
}

export type Mask = HTMLCanvasElement;

export function blankMask(width: number, height: number): Mask {
  const mask = document.createElement("canvas");
  mask.width = width;
  mask.height = height;
  const context = contextOf(mask);
  context.fillStyle = "#000";
  context.fillRect(0, 0, width, height);
  return mask;
}

export function contextOf(mask: Mask): CanvasRenderingContext2D {
  const context = mask.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas in this browser");
  return context;
}

/** Draws one piece of a stroke, `width` pixels wide: white adds to the mask, black removes from it. */
export function drawStroke(mask: Mask, from: Point, to: Point, width: number, white: boolean): void {
  const context = contextOf(mask);
  context.strokeStyle = white ? "#fff" : "#000";
  context.lineWidth = width;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(from.x, from.y);
  // a line without length is not drawn by every browser, even with round ends
  context.lineTo(to.x + (from.x === to.x && from.y === to.y ? 0.01 : 0), to.y);
  context.stroke();
}

/** Adds the inside of a loop to the mask. */
export function fillLoop(mask: Mask, points: Point[]): void {
  const context = contextOf(mask);
  context.fillStyle = "#fff";
  context.beginPath();
  points.forEach((point, index) => (index ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
  context.closePath();
  context.fill();
}

/** Whether the mask is black everywhere. */
export function isEmpty(mask: Mask): boolean {
  const { data } = contextOf(mask).getImageData(0, 0, mask.width, mask.height);
  for (let at = 0; at < data.length; at += 4) if (data[at]) return false;
  return true;
}

export function toPng(mask: Mask): Promise<Blob> {
  return new Promise((resolve, reject) =>
    mask.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the mask could not be written"))), "image/png"),
  );
}

/** Returns the mask enlarged by a whole factor, without smoothing. */
export function enlarged(mask: Mask, factor: number): Mask {
  if (factor === 1) return mask;
  const large = blankMask(mask.width * factor, mask.height * factor);
  contextOf(large).imageSmoothingEnabled = false;
  contextOf(large).drawImage(mask, 0, 0, large.width, large.height);
  return large;
}

/** Reads a picture as a mask. */
export async function loadMask(url: string): Promise<Mask> {
  const image = await loadImage(url);
  const mask = blankMask(image.naturalWidth, image.naturalHeight);
  contextOf(mask).drawImage(image, 0, 0);
  return mask;
}

/** Loads a picture from an address. */
export function loadImage(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("the picture could not be shown"));
    image.src = url;
  });
}

const TINT = [53, 120, 255, 70] as const;
const DASH = 6;

/**
 * Returns an overlay that shows the mask: a tint, and an edge dashed in black and white, which is visible on any picture.
 *
 * `thick` is the width of the edge in pixels, more where the picture is shown reduced. Without an edge the overlay is fast
 * enough to be drawn on every move of a brush.
 */
export function overlay(mask: Mask, thick: number, parts: { tint: boolean; edge: boolean }): HTMLCanvasElement {
  if (!parts.edge) return tintOnly(mask);
  const { width, height } = mask;
  const grey = contextOf(mask).getImageData(0, 0, width, height).data;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = contextOf(canvas);
  const image = context.createImageData(width, height);
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && grey[4 * (y * width + x)] >= 128;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const share = grey[at] / 255;
      const here = inside(x, y);
      const edge =
        here && !(inside(x - thick, y) && inside(x + thick, y) && inside(x, y - thick) && inside(x, y + thick));
      if (edge) {
        const light = Math.floor((x + y) / (DASH * thick)) % 2 ? 255 : 0;
        image.data.set([light, light, light, 255], at);
      } else if (parts.tint) {
        image.data.set([TINT[0], TINT[1], TINT[2], TINT[3] * share], at);
      }
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The tint alone, written 32 bits at a time for speed. */
function tintOnly(mask: Mask): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = mask.width;
  canvas.height = mask.height;
  const context = contextOf(canvas);
  const image = context.createImageData(canvas.width, canvas.height);
  const grey = contextOf(mask).getImageData(0, 0, mask.width, mask.height).data;
  const pixels = new Uint32Array(image.data.buffer);
  const tint = new Uint32Array(new Uint8Array([TINT[0], TINT[1], TINT[2], TINT[3]]).buffer)[0];
  for (let at = 0; at < pixels.length; at++) if (grey[4 * at] >= 128) pixels[at] = tint;
  context.putImageData(image, 0, 0);
  return canvas;
}
