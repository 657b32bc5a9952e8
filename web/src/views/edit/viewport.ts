/** The surface that shows a picture: zoom, pan, comparison with the unedited picture, and the selection. */

import Konva from "konva";
import type { Size } from "./catalogue";
import type { Point } from "./mask";

/** From this zoom on pixels are drawn as squares, not smoothed. */
const PIXELATED_FROM = 4;
const MARGIN = 24;
const ZOOM = { least: 0.02, most: 64 };

export class Viewport {
  readonly stage: Konva.Stage;
  /** The layer that tools draw on. */
  readonly toolLayer = new Konva.Layer();
  size: Size = { width: 0, height: 0 };
  private readonly pictureLayer = new Konva.Layer({ listening: false });
  private readonly checkerboard = new Konva.Rect({ fillPatternRepeat: "repeat" });
  private readonly picture = new Konva.Image({ image: undefined });
  private readonly before = new Konva.Image({ image: undefined });
  private readonly clip = new Konva.Group({ visible: false });
  private readonly divider = new Konva.Line({ stroke: "#fff", strokeScaleEnabled: false, strokeWidth: 2, visible: false });
  private readonly selection = new Konva.Image({ image: undefined });
  private readonly resizeObserver: ResizeObserver;
  private pinch: { span: number; middle: Point } | null = null;
  private fitted = true;
  /** While true the pointer pans, whatever the tool. */
  panning = false;

  constructor(private readonly holder: HTMLDivElement) {
    this.stage = new Konva.Stage({ container: holder, width: holder.clientWidth, height: holder.clientHeight });
    this.checkerboard.fillPatternImage(checkerboardTile() as unknown as HTMLImageElement);
    this.clip.add(this.before);
    this.pictureLayer.add(this.checkerboard, this.picture, this.clip, this.divider, this.selection);
    this.stage.add(this.pictureLayer, this.toolLayer);
    this.stage.on("wheel", (event) => this.wheel(event.evt));
    this.stage.on("touchmove", (event) => this.touch(event.evt));
    this.stage.on("touchend", () => (this.pinch = null));
    this.resizeObserver = new ResizeObserver(() => this.resize());
    this.resizeObserver.observe(holder);
  }

  get zoom(): number {
    return this.stage.scaleX();
  }

  /** The position of the pointer, in pixels of the picture. */
  get pointer(): Point | null {
    return this.stage.getRelativePointerPosition();
  }

  show(image: HTMLImageElement | null): void {
    const size = { width: image?.naturalWidth ?? 0, height: image?.naturalHeight ?? 0 };
    const changed = size.width !== this.size.width || size.height !== this.size.height;
    this.size = size;
    this.picture.image(image ?? undefined);
    this.picture.size(size);
    this.checkerboard.size(size);
    if (changed) this.fit();
    this.pictureLayer.batchDraw();
  }

  /** Shows the unedited picture on the left `share` of the width; null shows none of it. */
  compare(image: HTMLImageElement | null, share: number | null): void {
    const visible = image !== null && share !== null;
    this.clip.visible(visible);
    this.divider.visible(visible && share > 0 && share < 1);
    this.selection.opacity(visible ? 0 : 1); // the selection would hide the difference
    if (visible) {
      const { width, height } = this.size;
      const factor = Math.min(width / image.naturalWidth, height / image.naturalHeight);
      const [wide, high] = [image.naturalWidth * factor, image.naturalHeight * factor];
      this.before.image(image);
      this.before.position({ x: (width - wide) / 2, y: (height - high) / 2 });
      this.before.size({ width: wide, height: high });
      this.clip.clip({ x: 0, y: 0, width: width * share, height });
      this.divider.points([width * share, 0, width * share, height]);
    }
    this.pictureLayer.batchDraw();
  }

  select(overlay: HTMLCanvasElement | null): void {
    this.selection.image(overlay ?? undefined);
    this.selection.visible(overlay !== null);
    if (overlay) this.selection.size({ width: this.size.width, height: this.size.height });
    this.pictureLayer.batchDraw();
  }

  fit(): void {
    const { width, height } = this.size;
    if (!width || !height) return;
    const room = { width: this.stage.width() - 2 * MARGIN, height: this.stage.height() - 2 * MARGIN };
    const scale = Math.max(ZOOM.least, Math.min(room.width / width, room.height / height, 16));
    this.setView(scale, { x: (this.stage.width() - width * scale) / 2, y: (this.stage.height() - height * scale) / 2 });
    this.fitted = true;
  }

  zoomBy(factor: number, about: Point = { x: this.stage.width() / 2, y: this.stage.height() / 2 }): void {
    const scale = Math.min(ZOOM.most, Math.max(ZOOM.least, this.zoom * factor));
    const fixed = { x: (about.x - this.stage.x()) / this.zoom, y: (about.y - this.stage.y()) / this.zoom };
    this.setView(scale, { x: about.x - fixed.x * scale, y: about.y - fixed.y * scale });
  }

  pan(right: number, down: number): void {
    this.setView(this.zoom, { x: this.stage.x() + right, y: this.stage.y() + down });
  }

  /** The colour of the picture at a point, as #rrggbb; null outside. */
  colourAt({ x, y }: Point): string | null {
    const image = this.picture.image();
    if (!image || x < 0 || y < 0 || x >= this.size.width || y >= this.size.height) return null;
    const dot = document.createElement("canvas");
    dot.width = dot.height = 1;
    const context = dot.getContext("2d");
    context?.drawImage(image, Math.floor(x), Math.floor(y), 1, 1, 0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context?.getImageData(0, 0, 1, 1).data ?? [];
    return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  }

  destroy(): void {
    this.resizeObserver.disconnect();
    this.stage.destroy();
  }

  private setView(scale: number, position: Point): void {
    this.fitted = false;
    this.stage.scale({ x: scale, y: scale });
    this.stage.position(position);
    this.checkerboard.fillPatternScale({ x: 1 / scale, y: 1 / scale });
    this.pictureLayer.imageSmoothingEnabled(scale < PIXELATED_FROM);
    this.stage.fire("zoomed");
    this.stage.batchDraw();
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.holder;
    if (!clientWidth || !clientHeight) return;
    const fitted = this.fitted;
    this.stage.size({ width: clientWidth, height: clientHeight });
    if (fitted) this.fit();
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const about = this.stage.getPointerPosition();
    if (about) this.zoomBy(Math.exp(-event.deltaY * 0.0015), about);
  }

  private touch(event: TouchEvent): void {
    const [one, other] = [event.touches[0], event.touches[1]];
    if (!one || !other) return;
    event.preventDefault();
    const box = this.holder.getBoundingClientRect();
    const middle = {
      x: (one.clientX + other.clientX) / 2 - box.left,
      y: (one.clientY + other.clientY) / 2 - box.top,
    };
    const span = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    if (this.pinch) {
      this.pan(middle.x - this.pinch.middle.x, middle.y - this.pinch.middle.y);
      this.zoomBy(span / this.pinch.span, middle);
    }
    this.pinch = { span, middle };
  }
}

/** Squares of two greys, visible where a picture is transparent. */
function checkerboardTile(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 16;
  const context = canvas.getContext("2d");
  if (context) {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, 16, 16);
    context.fillStyle = "#ccc";
    context.fillRect(0, 0, 8, 8);
    context.fillRect(8, 8, 8, 8);
  }
  return canvas;
}
