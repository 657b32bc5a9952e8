import { describe, expect, it } from "vitest";
import type { Graph } from "../../../src/types";
import { layOut, nodeHeight, nodeWidth, pictureNode, type Layout } from "../../../src/views/whatif/layout";

function graph(parents: Record<string, string[]>, picture: string[]): Graph {
  const nodes = Object.entries(parents).map(([name, causes]) => ({
    name,
    kind: "number" as const,
    classes: null,
    minimum: 0,
    maximum: 1,
    parents: causes,
  }));
  return { nodes, picture, confounded: [] };
}

const at = ({ nodes }: Layout, name: string) => nodes.find((node) => node.name === name)!;
const column = (layout: Layout, name: string) => at(layout, name).x / (nodeWidth + 44);

describe("the layout of a causal graph", () => {
  const garden = layOut(graph({ sun: [], water: [], height: ["sun", "water"], colour: ["sun"], bloom: ["height"] }, ["height", "colour", "bloom"]));

  it("has a column for each step of the longest path, and the picture in the last", () => {
    const columns = ["sun", "water", "height", "colour", "bloom", pictureNode].map((name) => column(garden, name));
    expect(columns).toEqual([0, 0, 1, 1, 2, 3]);
    expect(garden.width).toBe(4 * (nodeWidth + 44) - 44);
  });

  it("has no overlapping nodes, and all of them inside", () => {
    for (const one of garden.nodes) {
      expect(one.y).toBeGreaterThanOrEqual(0);
      expect(one.y + nodeHeight).toBeLessThanOrEqual(garden.height);
      for (const other of garden.nodes) {
        if (one === other || one.x !== other.x) continue;
        expect(Math.abs(one.y - other.y)).toBeGreaterThanOrEqual(nodeHeight);
      }
    }
  });

  it("has an arrow for each edge, from the right of the cause to the left of the effect", () => {
    expect(garden.arrows).toHaveLength(7);
    for (const { from, to, points } of garden.arrows) {
      const [cause, effect] = [at(garden, from), at(garden, to)];
      expect(points[0]).toEqual({ x: cause.x + nodeWidth, y: cause.y + nodeHeight / 2 });
      expect(points.at(-1)).toEqual({ x: effect.x, y: effect.y + nodeHeight / 2 });
    }
  });

  it("leads an arrow that passes a column around the nodes there", () => {
    const { points } = garden.arrows.find(({ from, to }) => from === "colour" && to === pictureNode)!;
    expect(points).toHaveLength(4);
    const bloom = at(garden, "bloom");
    expect(points[1].x).toBe(bloom.x);
    expect(points[1].y < bloom.y || points[1].y > bloom.y + nodeHeight).toBe(true);
  });

  it("orders a column by the causes, so that parallel arrows do not cross", () => {
    const parallel = layOut(graph({ a: [], b: [], y: ["b"], x: ["a"] }, ["x", "y"]));
    expect(at(parallel, "a").y).toBeLessThan(at(parallel, "b").y);
    expect(at(parallel, "x").y).toBeLessThan(at(parallel, "y").y);
  });

  it("puts the picture last where it depends on nothing", () => {
    const unseen = layOut(graph({ a: [], b: ["a"] }, []));
    expect([column(unseen, "a"), column(unseen, "b"), column(unseen, pictureNode)]).toEqual([0, 1, 2]);
    expect(unseen.arrows).toHaveLength(1);
  });
});
