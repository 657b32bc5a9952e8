import { createCanvas } from "@napi-rs/canvas";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { blankMask, contextOf, drawStroke, enlarged, fillLoop, isEmpty, overlay, type Mask } from "../../../src/views/edit/mask";

beforeEach(() => {
  // happy-dom has no canvas, so these are real ones of another library
  vi.spyOn(document, "createElement").mockImplementation(() => createCanvas(1, 1) as unknown as HTMLElement);
});

const pixel = (canvas: HTMLCanvasElement, x: number, y: number) => [...contextOf(canvas).getImageData(x, y, 1, 1).data];
const white = (mask: Mask, x: number, y: number) => pixel(mask, x, y)[0];

/** A mask with a white square from 4 to 11 in both directions. */
function square(): Mask {
  const mask = blankMask(16, 16);
  fillLoop(mask, [{ x: 4, y: 4 }, { x: 12, y: 4 }, { x: 12, y: 12 }, { x: 4, y: 12 }]);
  return mask;
}

describe("a mask", () => {
  it("is black and empty at first", () => {
    const mask = blankMask(5, 3);
    expect([mask.width, mask.height]).toEqual([5, 3]);
    expect(pixel(mask, 2, 1)).toEqual([0, 0, 0, 255]);
    expect(isEmpty(mask)).toBe(true);
  });

  it("holds the inside of a loop, and nothing outside", () => {
    const mask = square();
    expect(isEmpty(mask)).toBe(false);
    expect([white(mask, 4, 4), white(mask, 11, 11), white(mask, 8, 8)]).toEqual([255, 255, 255]);
    expect([white(mask, 3, 8), white(mask, 12, 8), white(mask, 8, 3), white(mask, 8, 12)]).toEqual([0, 0, 0, 0]);
  });

  it("gets strokes of the brush's width, also where the pointer does not move", () => {
    const mask = blankMask(32, 32);
    drawStroke(mask, { x: 8, y: 16 }, { x: 24, y: 16 }, 6, true);
    expect([white(mask, 16, 14), white(mask, 16, 17), white(mask, 16, 12), white(mask, 16, 20)]).toEqual([255, 255, 0, 0]);
    const dot = blankMask(32, 32);
    drawStroke(dot, { x: 16, y: 16 }, { x: 16, y: 16 }, 8, true);
    expect([white(dot, 16, 16), white(dot, 16, 13), white(dot, 16, 22)]).toEqual([255, 255, 0]);
  });

  it("is empty again when a black stroke covers it", () => {
    const mask = square();
    drawStroke(mask, { x: 0, y: 8 }, { x: 16, y: 8 }, 40, false);
    expect(isEmpty(mask)).toBe(true);
  });

  it("is enlarged without grey edges", () => {
    const large = enlarged(square(), 3);
    expect([large.width, large.height]).toEqual([48, 48]);
    expect([white(large, 11, 24), white(large, 12, 24), white(large, 35, 24), white(large, 36, 24)]).toEqual([0, 255, 255, 0]);
    const mask = square();
    expect(enlarged(mask, 1)).toBe(mask);
  });
});

describe("the overlay of a mask", () => {
  it("tints what is selected, and is transparent elsewhere", () => {
    const shown = overlay(square(), 1, { tint: true, edge: false });
    const [red, green, blue, alpha] = pixel(shown, 8, 8);
    expect(blue).toBeGreaterThan(red);
    expect(blue).toBeGreaterThan(green);
    expect(alpha).toBe(70);
    expect(pixel(shown, 2, 2)[3]).toBe(0);
  });

  it("has an opaque edge in black and white, as wide as requested, and no tint where none is requested", () => {
    const thin = overlay(square(), 1, { tint: false, edge: true });
    expect(pixel(thin, 4, 8)[3]).toBe(255);
    expect(pixel(thin, 5, 8)[3]).toBe(0);
    const thick = overlay(square(), 2, { tint: false, edge: true });
    expect(pixel(thick, 5, 8)[3]).toBe(255);
    expect(pixel(thick, 8, 8)[3]).toBe(0);
    const around = Array.from({ length: 8 }, (_, step) => pixel(thin, 4 + step, 4)[0]);
    expect(new Set(around)).toEqual(new Set([0, 255]));
  });
});
