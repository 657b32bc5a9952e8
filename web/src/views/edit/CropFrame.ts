/** The frame of a crop: it can be dragged and resized, and darkens what it cuts away. */

import Konva from "konva";
import type { Fields } from "./catalogue";
import type { Viewport } from "./viewport";
import type { Box } from "./gestures";

const SHADE = "rgb(0 0 0 / 55%)";

export class CropFrame {
  private readonly frame = new Konva.Rect({
    draggable: true,
    visible: false,
    strokeScaleEnabled: false,
    stroke: "#fff",
    strokeWidth: 1,
  });
  private readonly shade = new Konva.Shape({
    listening: false,
    visible: false,
    sceneFunc: (context) => this.darken(context),
  });
  private readonly handles = new Konva.Transformer({
    rotateEnabled: false,
    flipEnabled: false,
    keepRatio: false,
    visible: false,
    ignoreStroke: true,
    anchorSize: 12,
    anchorFill: "#fff",
    anchorStroke: "#000",
    borderStroke: "#fff",
  });

  constructor(
    private readonly viewport: Viewport,
    private readonly onBox: (box: Box) => void,
  ) {
    this.viewport.toolLayer.add(this.shade, this.frame, this.handles);
    this.handles.nodes([this.frame]);
    this.frame.on("dragmove transform", () => this.viewport.toolLayer.batchDraw());
    this.frame.on("dragend transformend", () => this.emitBox());
  }

  show(fields: Fields | null): void {
    const visible = fields !== null && this.viewport.size.width > 0;
    for (const node of [this.frame, this.shade, this.handles]) node.visible(visible);
    if (visible) this.frame.setAttrs({ ...this.box(fields), scaleX: 1, scaleY: 1 });
    this.viewport.toolLayer.batchDraw();
  }

  private box(fields: Fields) {
    const { width, height } = this.viewport.size;
    const [x, y] = [Number(fields.left ?? 0), Number(fields.top ?? 0)];
    return { x, y, width: Number(fields.width ?? width - x), height: Number(fields.height ?? height - y) };
  }

  /** Reports the frame in whole pixels, within the picture. */
  private emitBox(): void {
    const { width, height } = this.viewport.size;
    const [wide, high] = [this.frame.width() * this.frame.scaleX(), this.frame.height() * this.frame.scaleY()];
    const left = clampRound(this.frame.x(), width - 1);
    const top = clampRound(this.frame.y(), height - 1);
    const right = clampRound(this.frame.x() + wide, width);
    const bottom = clampRound(this.frame.y() + high, height);
    this.onBox({ left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) });
  }

  private darken(context: Konva.Context): void {
    const { width, height } = this.viewport.size;
    const [x, y] = [this.frame.x(), this.frame.y()];
    const [wide, high] = [this.frame.width() * this.frame.scaleX(), this.frame.height() * this.frame.scaleY()];
    context.setAttr("fillStyle", SHADE);
    context.fillRect(0, 0, width, y);
    context.fillRect(0, y + high, width, height - y - high);
    context.fillRect(0, y, x, high);
    context.fillRect(x + wide, y, width - x - wide, high);
  }
}

const clampRound = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)));
