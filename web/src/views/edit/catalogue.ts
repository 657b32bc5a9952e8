/** The groups in which edit operations are listed, and the control for each of their fields. */

export type Value = string | number | boolean | null | number[] | number[][] | { [name: string]: string | number };
export type Fields = Record<string, Value>;
export type Edit = { name: string; fields: Fields };

export interface Schema {
  type?: string;
  enum?: string[];
  anyOf?: Schema[];
  default?: Value;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  title?: string;
}

export interface Operation {
  name: string;
  about: string;
  fields: { properties?: Record<string, Schema>; required?: string[] };
}

export type Group = "select" | "objects" | "light" | "geometry" | "model" | "more";

export const GROUPS: Record<Exclude<Group, "more">, string[]> = {
  select: [
    "select-box",
    "select-object",
    "select-colour",
    "select-mask",
    "select-rest",
    "select-all",
  ],
  objects: ["remove", "blur", "fill", "erase", "move", "paste"],
  light: [
    "exposure",
    "contrast",
    "white-balance",
    "temperature",
    "saturation",
    "hue",
    "recolour",
    "curves",
    "clahe",
    "relight",
    "denoise",
    "sharpen",
  ],
  geometry: ["crop", "rotate", "flip", "scale", "translate", "perspective", "pad"],
  model: ["encode", "along", "condition", "mix", "regenerate"],
};

/** Returns the operations by group; those that are in no group here are listed under `more`. */
export function grouped(operations: Operation[]): [Group, Operation[]][] {
  const byName = new Map(operations.map((one) => [one.name, one]));
  const groups = Object.entries(GROUPS).map(([group, names]): [Group, Operation[]] => [
    group as Group,
    names.flatMap((name) => byName.get(name) ?? []),
  ]);
  const known = new Set(Object.values(GROUPS).flat());
  groups.push(["more", operations.filter((one) => !known.has(one.name))]);
  return groups.filter(([, listed]) => listed.length > 0);
}

/** The control that a field gets. */
export type Control =
  | { kind: "number"; minimum: number; maximum: number; step: number; optional: boolean; whole: boolean }
  | { kind: "choice"; options: string[] }
  | { kind: "switch" }
  | { kind: "text" }
  | { kind: "colour" | "fill" | "cover" | "picture" | "model" | "direction" | "condition" | "curve" | "corners" };

/** Controls of fields whose schema, a string or a list, does not tell what they mean. */
const CONTROLS: Record<string, Control["kind"]> = {
  colour: "colour",
  "recolour.from": "colour",
  "recolour.to": "colour",
  fill: "fill",
  "fill.by": "cover",
  file: "picture",
  model: "model",
  "along.direction": "direction",
  condition: "condition",
  "condition.values": "condition",
  points: "curve",
  corners: "corners",
};

/** Fields that name folders on the server, which a page cannot choose. */
const HIDDEN = new Set(["along.directions", "select-object.foreground", "select-object.background", "select-object.brush"]);

/** Ranges of sliders, narrower than what the server allows; the number field beside a slider accepts all of it. */
const SLIDER_RANGES: Record<string, [number, number]> = {
  "exposure.stops": [-3, 3],
  "contrast.factor": [0, 3],
  "temperature.stops": [-2, 2],
  "saturation.factor": [0, 3],
  "hue.degrees": [-180, 180],
  "clahe.clip": [0.1, 10],
  "clahe.tiles": [1, 32],
  "relight.direction": [-180, 180],
  "denoise.strength": [0, 0.5],
  "sharpen.amount": [0, 3],
  "sharpen.radius": [0.1, 10],
  "blur.radius": [0, 40],
  "scale.factor": [0.1, 4],
  "rotate.angle": [-180, 180],
  "along.amount": [-5, 5],
  feather: [0, 40],
  tolerance: [1, 100],
  steps: [0, 500],
  seed: [0, 100],
};

/** First values of fields that have no default, or whose default has no visible effect. */
const INITIAL_VALUES: Record<string, Value> = {
  "exposure.stops": 0.5,
  "contrast.factor": 1.2,
  "temperature.stops": 0.3,
  "saturation.factor": 1.3,
  "hue.degrees": 60,
  "recolour.from": "#d02020",
  "recolour.to": "#208060",
  "relight.direction": 135,
  "blur.radius": 8,
  "rotate.angle": 0,
  "scale.factor": 2,
  "fill.by": "#ffffff",
  "along.direction": "pca-1",
  "mix.seed": 1,
  "curves.points": [
    [0, 0],
    [0.5, 0.5],
    [1, 1],
  ],
  "perspective.corners": [0, 0, 0, 0, 0, 0, 0, 0],
  colour: "#808080",
};

const lookUp = <T>(table: Record<string, T>, operation: string, field: string): T | undefined =>
  table[`${operation}.${field}`] ?? table[field];

/** Returns the fields that an operation shows, the required ones first. */
export function visibleFields(operation: Operation): [string, Schema][] {
  const required = new Set(operation.fields.required ?? []);
  const late = new Set(["fill", "mode", "feather", "model", "condition", "steps"]);
  const rank = (name: string) => (required.has(name) ? 0 : operation.name !== "fill" && late.has(name) ? 2 : 1);
  return Object.entries(operation.fields.properties ?? {})
    .filter(([name]) => !HIDDEN.has(`${operation.name}.${name}`))
    .sort(([one], [other]) => rank(one) - rank(other));
}

/** Returns the control of a field. `size` is that of the picture: many fields are in its pixels. */
export function controlOf(operation: string, field: string, schema: Schema, size: Size): Control {
  const meaning = lookUp(CONTROLS, operation, field);
  if (meaning && meaning !== "number" && meaning !== "choice") return { kind: meaning };
  const options = schema.anyOf ?? [schema];
  const plain = options.find((one) => one.type !== "null") ?? schema;
  if (plain.enum) return { kind: "choice", options: plain.enum };
  if (plain.type === "boolean") return { kind: "switch" };
  if (plain.type === "number" || plain.type === "integer") {
    const whole = plain.type === "integer";
    const [minimum, maximum] = lookUp(SLIDER_RANGES, operation, field) ?? bounds(field, plain, size);
    const fine = maximum - minimum <= 20 ? 0.01 : maximum - minimum <= 100 ? 0.1 : 1;
    const optional = options.some((one) => one.type === "null");
    return { kind: "number", minimum, maximum, step: whole ? 1 : fine, optional, whole };
  }
  return { kind: "text" };
}

export interface Size {
  width: number;
  height: number;
}

function bounds(field: string, schema: Schema, size: Size): [number, number] {
  const side = ["left", "right", "width"].includes(field) ? size.width : Math.max(size.height, 1);
  const low = schema.minimum ?? schema.exclusiveMinimum ?? 0;
  const high = schema.maximum ?? schema.exclusiveMaximum ?? side;
  return [Math.max(low, -side), Math.min(high, side)];
}

/** Returns the first values of an operation's fields: its defaults, or values with a visible effect. */
export function initialFields(operation: Operation, size: Size): Fields {
  const fields: Fields = {};
  for (const [name, schema] of Object.entries(operation.fields.properties ?? {})) {
    const initial = lookUp(INITIAL_VALUES, operation.name, name);
    if (initial !== undefined) fields[name] = structuredClone(initial);
    else if (schema.default !== undefined && schema.default !== null) fields[name] = schema.default;
  }
  const boxed = ["select-box", "select-object", "crop"].includes(operation.name);
  return boxed ? { ...fields, ...middleBox(size) } : fields;
}

/** A box in the middle of the picture, half as wide and high. */
function middleBox({ width, height }: Size): Fields {
  const [left, top] = [Math.floor(width / 4), Math.floor(height / 4)];
  return { left, top, width: Math.max(1, width - 2 * left), height: Math.max(1, height - 2 * top) };
}

/** Whether an edit has all its required fields. */
export function isComplete(operation: Operation | undefined, fields: Fields): boolean {
  return (operation?.fields.required ?? []).every((name) => fields[name] !== undefined && fields[name] !== "");
}

/** Whether an edit changes only what is selected. */
export const isSelection = (edit: Edit): boolean => edit.name.startsWith("select-");
