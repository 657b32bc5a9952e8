/** What the pointer does in the viewport, by tool: boxes, loops, strokes, colour picks and drags. */

import Konva from "konva";
import type { Viewport } from "./viewport";
import type { Point } from "./mask";

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Tool = "hand" | "box" | "object" | "lasso" | "brush" | "colour" | "drag";

export interface GestureHandlers {
  box(box: Box): void;
  loop(points: Point[]): void;
  /** One piece of a stroke; `first` begins it. */
  stroke(from: Point, to: Point, first: boolean): void;
  strokeEnd(): void;
  pick(point: Point): void;
  drag(right: number, down: number): void;
}

export class Gestures {
  tool: Tool = "hand";
  /** Width of the brush, in pixels of the picture. */
  width = 40;
  private start: Point | null = null;
  private panFrom: Point | null = null;
  private path: Point[] = [];
  private readonly shape = new Konva.Line({
    stroke: "#fff",
    strokeWidth: 1.5,
    strokeScaleEnabled: false,
    shadowColor: "#000",
    shadowBlur: 3,
    listening: false,
    visible: false,
  });
  private readonly ring = new Konva.Circle({
    stroke: "#fff",
    strokeWidth: 1.5,
    strokeScaleEnabled: false,
    shadowColor: "#000",
    shadowBlur: 3,
    listening: false,
    visible: false,
    radius: 1,
  });

  constructor(
    private readonly viewport: Viewport,
    private readonly handlers: GestureHandlers,
  ) {
    viewport.toolLayer.add(this.shape, this.ring);
    viewport.stage.on("pointerdown", (event) => this.down(event.evt, event.target));
    viewport.stage.on("pointermove", () => this.move());
    viewport.stage.on("pointerleave", () => this.hideRing());
    // a stroke may end outside the canvas
    window.addEventListener("pointerup", this.up);
    window.addEventListener("pointercancel", this.up);
  }

  destroy(): void {
    window.removeEventListener("pointerup", this.up);
    window.removeEventListener("pointercancel", this.up);
  }

  private down(event: PointerEvent, target: Konva.Node): void {
    const at = this.viewport.pointer;
    if (!at || event.button > 1) return;
    if (event.isPrimary === false) return this.reset(); // the second finger pans
    if (this.viewport.panning || this.tool === "hand" || event.button === 1) {
      if (target.draggable() || target.getParent()?.className === "Transformer") return;
      this.panFrom = this.viewport.stage.getPointerPosition();
      return;
    }
    if (this.tool === "colour") return this.handlers.pick(at);
    this.start = at;
    this.path = [at];
    if (this.tool === "brush") this.handlers.stroke(at, at, true);
  }

  private move(): void {
    const at = this.viewport.pointer;
    if (!at) return;
    if (this.panFrom) {
      const now = this.viewport.stage.getPointerPosition() ?? this.panFrom;
      this.viewport.pan(now.x - this.panFrom.x, now.y - this.panFrom.y);
      this.panFrom = now;
      return;
    }
    if (this.tool === "brush") this.moveRing(at);
    if (!this.start) return;
    const last = this.path[this.path.length - 1] ?? at;
    this.path.push(at);
    if (this.tool === "brush") this.handlers.stroke(last, at, false);
    else if (this.tool === "lasso") this.draw(this.path.flatMap(({ x, y }) => [x, y]));
    else if (this.tool === "drag") this.handlers.drag(at.x - last.x, at.y - last.y);
    else this.draw(corners(this.start, at));
  }

  private readonly up = (): void => {
    const { start: begun, path } = this;
    this.reset();
    const last = path[path.length - 1];
    if (!begun || !last) return;
    if (this.tool === "brush") this.handlers.strokeEnd();
    else if (this.tool === "lasso" && path.length > 2) this.handlers.loop(path);
    else if (this.tool === "box" || this.tool === "object") {
      const box = this.boxOf(begun, last);
      if (box) this.handlers.box(box);
    }
  };

  private reset(): void {
    this.start = null;
    this.panFrom = null;
    this.path = [];
    this.shape.visible(false);
    this.viewport.toolLayer.batchDraw();
  }

  /** The box between two points, in whole pixels within the picture; null for an empty one. */
  private boxOf(one: Point, other: Point): Box | null {
    const { width, height } = this.viewport.size;
    const inside = (value: number, most: number) => Math.min(most, Math.max(0, Math.round(value)));
    const [left, right] = [inside(Math.min(one.x, other.x), width), inside(Math.max(one.x, other.x), width)];
    const [top, bottom] = [inside(Math.min(one.y, other.y), height), inside(Math.max(one.y, other.y), height)];
    return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : null;
  }

  private draw(points: number[]): void {
    this.shape.points(points);
    this.shape.closed(this.tool !== "lasso");
    this.shape.visible(true);
    this.viewport.toolLayer.batchDraw();
  }

  private moveRing(at: Point): void {
    this.ring.position(at);
    this.ring.radius(this.width / 2);
    this.ring.visible(true);
    this.viewport.toolLayer.batchDraw();
  }

  hideRing(): void {
    this.ring.visible(false);
    this.viewport.toolLayer.batchDraw();
  }
}

function corners(one: Point, other: Point): number[] {
  return [one.x, one.y, other.x, one.y, other.x, other.y, one.x, other.y];
}
