/** What the pointer draws on the easel, by tool: boxes, loops, strokes, picks and drags. */

import Konva from "konva";
import type { Easel } from "./easel";
import type { Point } from "./mask";

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Tool = "hand" | "box" | "object" | "lasso" | "brush" | "colour" | "drag";

export interface Hooks {
  box(box: Box): void;
  loop(points: Point[]): void;
  /** One piece of a stroke; `first` begins it. */
  stroke(from: Point, to: Point, first: boolean): void;
  stroked(): void;
  pick(point: Point): void;
  drag(right: number, down: number): void;
}

export class Gestures {
  tool: Tool = "hand";
  /** Of the brush, in pixels of the picture. */
  width = 40;
  private begun: Point | null = null;
  private grabbed: Point | null = null;
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
    private readonly easel: Easel,
    private readonly hooks: Hooks,
  ) {
    easel.marks.add(this.shape, this.ring);
    easel.stage.on("pointerdown", (event) => this.down(event.evt, event.target));
    easel.stage.on("pointermove", () => this.move());
    easel.stage.on("pointerleave", () => this.hideRing());
    // a stroke may end outside the canvas
    window.addEventListener("pointerup", this.up);
    window.addEventListener("pointercancel", this.up);
  }

  destroy(): void {
    window.removeEventListener("pointerup", this.up);
    window.removeEventListener("pointercancel", this.up);
  }

  private down(event: PointerEvent, target: Konva.Node): void {
    const at = this.easel.pointer;
    if (!at || event.button > 1) return;
    if (event.isPrimary === false) return this.forget(); // the second finger pans
    if (this.easel.panning || this.tool === "hand" || event.button === 1) {
      if (target.draggable() || target.getParent()?.className === "Transformer") return;
      this.grabbed = this.easel.stage.getPointerPosition();
      return;
    }
    if (this.tool === "colour") return this.hooks.pick(at);
    this.begun = at;
    this.path = [at];
    if (this.tool === "brush") this.hooks.stroke(at, at, true);
  }

  private move(): void {
    const at = this.easel.pointer;
    if (!at) return;
    if (this.grabbed) {
      const now = this.easel.stage.getPointerPosition() ?? this.grabbed;
      this.easel.pan(now.x - this.grabbed.x, now.y - this.grabbed.y);
      this.grabbed = now;
      return;
    }
    if (this.tool === "brush") this.follow(at);
    if (!this.begun) return;
    const last = this.path[this.path.length - 1] ?? at;
    this.path.push(at);
    if (this.tool === "brush") this.hooks.stroke(last, at, false);
    else if (this.tool === "lasso") this.draw(this.path.flatMap(({ x, y }) => [x, y]));
    else if (this.tool === "drag") this.hooks.drag(at.x - last.x, at.y - last.y);
    else this.draw(corners(this.begun, at));
  }

  private readonly up = (): void => {
    const { begun, path } = this;
    this.forget();
    const last = path[path.length - 1];
    if (!begun || !last) return;
    if (this.tool === "brush") this.hooks.stroked();
    else if (this.tool === "lasso" && path.length > 2) this.hooks.loop(path);
    else if (this.tool === "box" || this.tool === "object") {
      const box = this.within(begun, last);
      if (box) this.hooks.box(box);
    }
  };

  private forget(): void {
    this.begun = null;
    this.grabbed = null;
    this.path = [];
    this.shape.visible(false);
    this.easel.marks.batchDraw();
  }

  /** The box between two points, in whole pixels within the picture; null for one without inside. */
  private within(one: Point, other: Point): Box | null {
    const { width, height } = this.easel.size;
    const inside = (value: number, most: number) => Math.min(most, Math.max(0, Math.round(value)));
    const [left, right] = [inside(Math.min(one.x, other.x), width), inside(Math.max(one.x, other.x), width)];
    const [top, bottom] = [inside(Math.min(one.y, other.y), height), inside(Math.max(one.y, other.y), height)];
    return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : null;
  }

  private draw(points: number[]): void {
    this.shape.points(points);
    this.shape.closed(this.tool !== "lasso");
    this.shape.visible(true);
    this.easel.marks.batchDraw();
  }

  private follow(at: Point): void {
    this.ring.position(at);
    this.ring.radius(this.width / 2);
    this.ring.visible(true);
    this.easel.marks.batchDraw();
  }

  hideRing(): void {
    this.ring.visible(false);
    this.easel.marks.batchDraw();
  }
}

function corners(one: Point, other: Point): number[] {
  return [one.x, one.y, other.x, one.y, other.x, other.y, one.x, other.y];
}
