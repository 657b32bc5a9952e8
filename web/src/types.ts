/** Requests and answers of the server's API, as documented in docs/server.md. */

/** The body of every error. */
export interface ErrorBody {
  error: { type: string; message: string; param: string | null };
}

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
  /** Pairs of nodes with an unobserved common cause. */
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
  latent_dim: number | null;
  attributes: Attribute[] | null;
  can: Ability[] | null;
  styles: string[] | null;
  /** Addresses of small copies of its styles, by name. */
  thumbnails: Record<string, string> | null;
  graph: Graph | null;
  /** Why the model cannot be used; null if it can. */
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
  /** How much it changes each measure of a picture, in standard deviations, the largest change first. */
  changes: Record<string, number>;
}

export interface Recipe {
  name: string;
  about: string;
  family: string;
}

/** One edit operation of the server; `fields` is a JSON Schema. */
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

/** A point in a model's latent space: what a generated picture is generated from. */
export interface LatentSpec {
  seed: number;
  index: number;
  blend: [number, number][] | null;
  mix: { seed: number; share: number } | null;
  directions: Record<string, number>;
  condition: Values;
  truncation: number;
}

export type Format = "png" | "jpeg" | "webp";

export interface EncodedImage {
  b64_json: string;
}

/** A number that was asked for outside of its range in the training data. */
export interface Extrapolation {
  name: string;
  asked: string;
  minimum: number;
  maximum: number;
}

export interface Generations {
  created: number;
  model: string;
  data: (EncodedImage & { seed: number; index: number })[];
}

/** A picture stored by the server; `provenance` is the record of how it was made, read from the file. */
export interface StoredPicture {
  id: string;
  width: number;
  height: number;
  provenance: Record<string, unknown> | null;
}

/** One step of a list of edits: `{NAME: {...fields}}`. */
export type Edit = Record<string, Record<string, unknown>>;

/** How sure an edit is of what it did, from 0 to 1; `warning` is null where it is sure. */
export interface Note {
  edit: string;
  confidence: number;
  warning: string | null;
}

export interface EditResponse {
  data: (EncodedImage & { width: number; height: number })[];
  selection: string | null;
  notes: Note[];
  extrapolated: Extrapolation[];
}

export interface WeightedStyle {
  style: string;
  weight: number;
}

/** Settings of a style transfer. Styles are names of an instant `model`, or, without a model, ids of pictures. */
export interface StyleSettings {
  model: string | null;
  styles: WeightedStyle[];
  factors: { colour: number; line: number; texture: number; content: number };
  /** Pictures that single factors are taken from. */
  from: { colour?: string; line?: string; texture?: string };
  mask: string | null;
  scale: number;
  size: number;
  seed: number;
}

/** The individual of a counterfactual: drawn from the model by seed, one of a dataset, or a picture. */
export type Unit =
  | { seed: number }
  | { data: string; index: number }
  | { picture: string; attributes: Values };

export interface World extends EncodedImage {
  attributes: Values;
}

export interface Counterfactual {
  factual: World;
  counterfactual: World;
  truth: World | null;
  extrapolated: Extrapolation[];
}

export interface DoseResponse {
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
  progress: number | null;
  message: string | null;
  request: Record<string, unknown>;
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
  extrapolated?: Extrapolation[];
}

export type LiveRequest =
  | ({ kind: "sample"; model: string; side: number } & LatentSpec)
  | ({ kind: "samples"; model: string; n: number } & LatentSpec)
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
