/** Masks: what is painted or encircled, as grey pictures of the size of the picture under edit. */

export interface Point {
  x: number;
  y: number;
}

export type Mask = HTMLCanvasElement;

export function blank(width: number, height: number): Mask {
  const mask = document.createElement("canvas");
  mask.width = width;
  mask.height = height;
  const context = pen(mask);
  context.fillStyle = "#000";
  context.fillRect(0, 0, width, height);
  return mask;
}

export function pen(mask: Mask): CanvasRenderingContext2D {
  const context = mask.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas in this browser");
  return context;
}

/** Draws one piece of a stroke; `white` adds to the mask, black takes away. */
export function stroke(mask: Mask, from: Point, to: Point, width: number, white: boolean): void {
  const context = pen(mask);
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

export function encircle(mask: Mask, points: Point[]): void {
  const context = pen(mask);
  context.fillStyle = "#fff";
  context.beginPath();
  points.forEach((point, index) => (index ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
  context.closePath();
  context.fill();
}

export function isEmpty(mask: Mask): boolean {
  const { data } = pen(mask).getImageData(0, 0, mask.width, mask.height);
  for (let at = 0; at < data.length; at += 4) if (data[at]) return false;
  return true;
}

export function toPng(mask: Mask): Promise<Blob> {
  return new Promise((resolve, reject) =>
    mask.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the mask could not be written"))), "image/png"),
  );
}

/** Returns the mask that many times as large, its pixels as squares. */
export function enlarged(mask: Mask, factor: number): Mask {
  if (factor === 1) return mask;
  const large = blank(mask.width * factor, mask.height * factor);
  pen(large).imageSmoothingEnabled = false;
  pen(large).drawImage(mask, 0, 0, large.width, large.height);
  return large;
}

/** Reads a picture into a mask: what is white in it is selected. */
export async function fromUrl(url: string): Promise<Mask> {
  const image = await loaded(url);
  const mask = blank(image.naturalWidth, image.naturalHeight);
  pen(mask).drawImage(image, 0, 0);
  return mask;
}

export function loaded(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("the picture could not be shown"));
    image.src = url;
  });
}

const TINT = [53, 120, 255, 70] as const;
const DASH = 6;

/** Returns what shows a mask over the picture: a tint, and an edge dashed in black and white, which is seen on any ground.
 *
 * `thick` is how many pixels wide the edge is drawn, more where the picture is shown smaller than it is. Without an edge it
 * is quick enough for every move of a brush.
 */
export function overlay(mask: Mask, thick: number, parts: { tint: boolean; edge: boolean }): HTMLCanvasElement {
  if (!parts.edge) return tinted(mask);
  const { width, height } = mask;
  const grey = pen(mask).getImageData(0, 0, width, height).data;
  const made = document.createElement("canvas");
  made.width = width;
  made.height = height;
  const context = pen(made);
  const image = context.createImageData(width, height);
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && grey[4 * (y * width + x)]! >= 128;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const share = grey[at]! / 255;
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
  return made;
}

/** A tint where the mask is white, written by whole pixels: it is drawn again at every move of a brush. */
function tinted(mask: Mask): HTMLCanvasElement {
  const made = document.createElement("canvas");
  made.width = mask.width;
  made.height = mask.height;
  const context = pen(made);
  const image = context.createImageData(made.width, made.height);
  const grey = pen(mask).getImageData(0, 0, mask.width, mask.height).data;
  const pixels = new Uint32Array(image.data.buffer);
  const tint = new Uint32Array(new Uint8Array([TINT[0], TINT[1], TINT[2], TINT[3]]).buffer)[0]!;
  for (let at = 0; at < pixels.length; at++) if (grey[4 * at]! >= 128) pixels[at] = tint;
  context.putImageData(image, 0, 0);
  return made;
}
