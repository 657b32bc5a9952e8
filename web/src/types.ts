/** The server's words, as docs/server.md says them. */

export interface Attribute {
  name: string;
  kind: "label" | "number" | "caption";
  classes: string[] | null;
  minimum: number | null;
  maximum: number | null;
  mean: number | null;
}

export interface GraphNode {
  name: string;
  kind: "label" | "number";
  classes: string[] | null;
  minimum: number | null;
  maximum: number | null;
  parents: string[];
}

export interface Graph {
  nodes: GraphNode[];
  picture: string[];
  /** Pairs that an unseen cause moves together. */
  confounded: [string, string][];
}

export type ModelKind = "image" | "causal" | "instant";
export type Ability = "sample" | "directions" | "encode" | "edit";

export interface Model {
  id: string;
  object: "model";
  created: number;
  owned_by: string;
  kind: ModelKind;
  recipe: string | null;
  sha256: string | null;
  width: number | null;
  height: number | null;
  channels: number | null;
  latent: number | null;
  attributes: Attribute[] | null;
  can: Ability[] | null;
  styles: string[] | null;
  graph: Graph | null;
  /** Why it cannot be used; null where it can. */
  problem: string | null;
}

export interface Dataset {
  id: string;
  pictures: number;
  width: number;
  height: number;
  channels: number;
  attributes: Attribute[] | null;
}

export interface Direction {
  name: string;
  about: string;
  /** What it changes most, and by how many standard deviations of that. */
  changes: Record<string, number>;
}

export interface Recipe {
  name: string;
  about: string;
  family: string;
}

/** One edit that the server knows; `fields` is a JSON Schema. */
export interface Operation {
  name: string;
  about: string;
  fields: Record<string, unknown>;
}

export interface About {
  limner: string;
  extras: { causal: boolean; style: boolean; onnx: boolean };
  limits: Record<string, number>;
  threads: number;
}

export type Value = string | number;
export type Values = Record<string, Value>;

/** Where in a model's space a picture lies. */
export interface Place {
  seed: number;
  index: number;
  blend: [number, number][] | null;
  mix: { seed: number; share: number } | null;
  directions: Record<string, number>;
  condition: Values;
  truncation: number;
}

export type Format = "png" | "jpeg" | "webp";

export interface Painted {
  b64_json: string;
}

export interface Generations {
  created: number;
  model: string;
  data: (Painted & { seed: number; index: number })[];
}

/** A picture that the server keeps; `provenance` is what it says of how it was made. */
export interface StoredPicture {
  id: string;
  width: number;
  height: number;
  provenance: Record<string, unknown> | null;
}

/** One step of an edit: `{NAME: {...fields}}`. */
export type Edit = Record<string, Record<string, unknown>>;

export interface Edited {
  data: (Painted & { width: number; height: number })[];
  selection: string | null;
}

export interface Weighted {
  style: string;
  weight: number;
}

/** How a picture was restyled: in styles of an instant model, or, without one, of paintings by their ids. */
export interface Restyling {
  model: string | null;
  styles: Weighted[];
  factors: { colour: number; line: number; texture: number; content: number };
  /** Pictures that factors were taken from. */
  from: { colour?: string; line?: string; texture?: string };
  mask: string | null;
  scale: number;
  size: number;
  seed: number;
}

/** Whose other world it is. */
export type Unit =
  | { seed: number }
  | { data: string; index: number }
  | { picture: string; attributes: Values };

export interface World extends Painted {
  attributes: Values;
}

export interface Counterfactual {
  factual: World;
  counterfactual: World;
  truth: World | null;
  warnings: string[];
}

export interface Doses {
  name: string;
  data: (World & { value: Value })[];
}

export type JobKind = "prepare" | "train" | "evaluate" | "stylize";
export type JobState = "queued" | "running" | "done" | "failed" | "cancelled" | "interrupted";

export interface Job {
  id: string;
  kind: JobKind;
  name: string;
  state: JobState;
  created: number;
  started: number | null;
  ended: number | null;
  share: number | null;
  says: string | null;
  asked: Record<string, unknown>;
  result: { model?: string; data?: string; file?: string } | null;
  error: string | null;
}

export interface FrameHeader {
  id: number;
  width: number;
  height: number;
  queue_ms: number;
  model_ms: number;
  encode_ms: number;
  attributes?: Values;
}

export type LiveAsk =
  | ({ kind: "sample"; model: string; side: number } & Place)
  | ({ kind: "samples"; model: string; n: number } & Place)
  | {
      kind: "stylize";
      model: string;
      picture: string;
      styles: Record<string, number>;
      colour?: number;
      line?: number;
      texture?: number;
      side: number;
    }
  | { kind: "counterfactual"; model: string; unit: Unit; do: Values };
