import type { Graph } from "../../types";

export const nodeWidth = 108;
export const nodeHeight = 46;
const columnGap = 44;
const rowGap = 16;

/** The name of the node for the picture. No attribute can have it: it begins with a space. */
export const pictureNode = " picture";

export interface NodePosition {
  name: string;
  x: number;
  y: number;
}

export interface Arrow {
  from: string;
  to: string;
  /** From the right side of the cause, around the nodes between, to the left side of the effect. */
  points: { x: number; y: number }[];
}

export interface Layout {
  nodes: NodePosition[];
  arrows: Arrow[];
  width: number;
  height: number;
}

/** Lays out a graph from causes on the left to the picture on the right, a layer for each step of the longest path. */
export function layOut(graph: Graph): Layout {
  const parents = parentsOf(graph);
  const depth = depths(parents);
  const layers = withBends(parents, depth);
  orderLayers(layers);
  return assemble(layers, parents, depth);
}

function parentsOf(graph: Graph): Map<string, string[]> {
  const parents = new Map(graph.nodes.map((node) => [node.name, node.parents]));
  return parents.set(pictureNode, graph.picture);
}

/** Returns the length of the longest path to each node. The picture is always in the last layer. */
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
  return found.set(pictureNode, Math.max(...[...found].map(([name, depth]) => (name === pictureNode ? depth : depth + 1))));
}

interface Slot {
  key: string;
  /** Keys of the slots in the layer before that it is connected to. */
  inputs: string[];
  bend: boolean;
}

/** Returns the slots of each layer. An edge that passes a layer gets a bend there, so that it runs between the nodes. */
function withBends(parents: Map<string, string[]>, depth: Map<string, number>): Slot[][] {
  const layers: Slot[][] = Array.from({ length: depth.get(pictureNode)! + 1 }, () => []);
  for (const [name, causes] of parents) {
    const inputs = causes.map((cause) => keyBefore(cause, name, depth.get(cause)!, depth.get(name)!));
    layers[depth.get(name)!].push({ key: name, inputs, bend: false });
    for (const cause of causes) {
      for (let layer = depth.get(cause)! + 1; layer < depth.get(name)!; layer++) {
        const before = keyBefore(cause, name, depth.get(cause)!, layer);
        layers[layer].push({ key: bendOf(cause, name, layer), inputs: [before], bend: true });
      }
    }
  }
  return layers;
}

function bendOf(cause: string, effect: string, layer: number): string {
  return `${cause}\n${effect}\n${layer}`;
}

/** The key of the slot that an edge comes from in the layer before. */
function keyBefore(cause: string, effect: string, start: number, layer: number): string {
  return layer - 1 === start ? cause : bendOf(cause, effect, layer - 1);
}

/** Orders each layer by the mean position of the connected slots before it, so that few edges cross (barycentre method). */
function orderLayers(layers: Slot[][]): void {
  for (let index = 1; index < layers.length; index++) {
    const rows = new Map(layers[index - 1].map((slot, row) => [slot.key, row / layers[index - 1].length]));
    const middle = ({ inputs }: Slot) => inputs.reduce((sum, key) => sum + (rows.get(key) ?? 0.5), 0) / (inputs.length || 1);
    layers[index].sort((a, b) => middle(a) - middle(b));
  }
}

function assemble(layers: Slot[][], parents: Map<string, string[]>, depth: Map<string, number>): Layout {
  const heightOf = (layer: Slot[]) => layer.reduce((sum, slot) => sum + slotHeight(slot), 0) - rowGap;
  const all = Math.max(...layers.map(heightOf));
  const middles = new Map<string, { x: number; y: number }>();
  layers.forEach((layer, column) => {
    let y = (all - heightOf(layer)) / 2;
    for (const slot of layer) {
      middles.set(slot.key, { x: column * (nodeWidth + columnGap), y: y + (slotHeight(slot) - rowGap) / 2 });
      y += slotHeight(slot);
    }
  });

  const nodes = [...parents.keys()].map((name) => ({ name, x: middles.get(name)!.x, y: middles.get(name)!.y - nodeHeight / 2 }));
  const arrows = [...parents].flatMap(([to, causes]) =>
    causes.map((from) => ({ from, to, points: pathOf(from, to, depth, middles) })),
  );
  return { nodes, arrows, width: layers.length * (nodeWidth + columnGap) - columnGap, height: all };
}

function slotHeight(slot: Slot): number {
  return (slot.bend ? 8 : nodeHeight) + rowGap;
}

function pathOf(from: string, to: string, depth: Map<string, number>, middles: Map<string, { x: number; y: number }>) {
  const [start, end] = [middles.get(from)!, middles.get(to)!];
  const points = [{ x: start.x + nodeWidth, y: start.y }];
  for (let layer = depth.get(from)! + 1; layer < depth.get(to)!; layer++) {
    const bend = middles.get(bendOf(from, to, layer))!;
    points.push({ x: bend.x, y: bend.y }, { x: bend.x + nodeWidth, y: bend.y });
  }
  return [...points, { x: end.x, y: end.y }];
}
