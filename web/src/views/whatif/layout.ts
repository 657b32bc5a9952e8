import type { Graph } from "../../types";

export const width = 108;
export const height = 46;
const across = 44;
const down = 16;

/** The node that stands for the picture. No attribute can be called so: it has a space. */
export const picture = " picture";

export interface Placed {
  name: string;
  x: number;
  y: number;
}

export interface Arrow {
  from: string;
  to: string;
  /** From the right side of the cause, past what lies between, to the left side of the effect. */
  points: { x: number; y: number }[];
}

export interface Layout {
  nodes: Placed[];
  arrows: Arrow[];
  width: number;
  height: number;
}

/** Lays a graph out from causes, on the left, to the picture, on the right: a layer for each step of the longest path. */
export function layOut(graph: Graph): Layout {
  const parents = parentsOf(graph);
  const depth = depths(parents);
  const layers = withBends(parents, depth);
  untangle(layers);
  return placed(layers, parents, depth);
}

function parentsOf(graph: Graph): Map<string, string[]> {
  const parents = new Map(graph.nodes.map((node) => [node.name, node.parents]));
  return parents.set(picture, graph.picture);
}

/** How many arrows lead to each node, on the longest way. The picture is always last. */
function depths(parents: Map<string, string[]>): Map<string, number> {
  const found = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = found.get(name);
    if (known !== undefined) return known;
    const depth = Math.max(-1, ...(parents.get(name) ?? []).map(depthOf)) + 1;
    found.set(name, depth);
    return depth;
  };
  for (const name of parents.keys()) depthOf(name);
  return found.set(picture, Math.max(...[...found].map(([name, depth]) => (name === picture ? depth : depth + 1))));
}

interface Spot {
  key: string;
  /** A node of the layer before that it hangs on. */
  above: string[];
  bend: boolean;
}

/** An arrow that passes a layer gets a bend in it, so that it finds a way between the nodes. */
function withBends(parents: Map<string, string[]>, depth: Map<string, number>): Spot[][] {
  const layers: Spot[][] = Array.from({ length: depth.get(picture)! + 1 }, () => []);
  for (const [name, causes] of parents) {
    const above = causes.map((cause) => keyBefore(cause, name, depth.get(cause)!, depth.get(name)!));
    layers[depth.get(name)!].push({ key: name, above, bend: false });
    for (const cause of causes) {
      for (let layer = depth.get(cause)! + 1; layer < depth.get(name)!; layer++) {
        const before = keyBefore(cause, name, depth.get(cause)!, layer);
        layers[layer].push({ key: bendOf(cause, name, layer), above: [before], bend: true });
      }
    }
  }
  return layers;
}

function bendOf(cause: string, effect: string, layer: number): string {
  return `${cause}\n${effect}\n${layer}`;
}

/** What an arrow comes from in the layer before. */
function keyBefore(cause: string, effect: string, start: number, layer: number): string {
  return layer - 1 === start ? cause : bendOf(cause, effect, layer - 1);
}

/** Orders each layer by the middle of what its spots hang on, so that few arrows cross. */
function untangle(layers: Spot[][]): void {
  for (let index = 1; index < layers.length; index++) {
    const rows = new Map(layers[index - 1].map((spot, row) => [spot.key, row / layers[index - 1].length]));
    const middle = ({ above }: Spot) => above.reduce((sum, key) => sum + (rows.get(key) ?? 0.5), 0) / (above.length || 1);
    layers[index].sort((a, b) => middle(a) - middle(b));
  }
}

function placed(layers: Spot[][], parents: Map<string, string[]>, depth: Map<string, number>): Layout {
  const tall = (layer: Spot[]) => layer.reduce((sum, spot) => sum + rowOf(spot), 0) - down;
  const all = Math.max(...layers.map(tall));
  const middles = new Map<string, { x: number; y: number }>();
  layers.forEach((layer, column) => {
    let y = (all - tall(layer)) / 2;
    for (const spot of layer) {
      middles.set(spot.key, { x: column * (width + across), y: y + (rowOf(spot) - down) / 2 });
      y += rowOf(spot);
    }
  });

  const nodes = [...parents.keys()].map((name) => ({ name, x: middles.get(name)!.x, y: middles.get(name)!.y - height / 2 }));
  const arrows = [...parents].flatMap(([to, causes]) =>
    causes.map((from) => ({ from, to, points: pathOf(from, to, depth, middles) })),
  );
  return { nodes, arrows, width: layers.length * (width + across) - across, height: all };
}

function rowOf(spot: Spot): number {
  return (spot.bend ? 8 : height) + down;
}

function pathOf(from: string, to: string, depth: Map<string, number>, middles: Map<string, { x: number; y: number }>) {
  const [start, end] = [middles.get(from)!, middles.get(to)!];
  const points = [{ x: start.x + width, y: start.y }];
  for (let layer = depth.get(from)! + 1; layer < depth.get(to)!; layer++) {
    const bend = middles.get(bendOf(from, to, layer))!;
    points.push({ x: bend.x, y: bend.y }, { x: bend.x + width, y: bend.y });
  }
  return [...points, { x: end.x, y: end.y }];
}
