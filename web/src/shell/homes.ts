/** Where a picture was made, by what it says of itself: one way to find that for each kind of picture. */

import { number, placeOf, values } from "../place";
import { datasets, type Handoff } from "../state";
import type { Restyling, Unit, Weighted } from "../types";
import { editsSaid, isSaid, modelSaid, pictureSaid, type Said } from "./said";

/** Null where what the picture was made of is not here. */
type Home = Handoff | null;

export const homes = new Map<unknown, (said: Said) => Home | Promise<Home>>([
  ["place", ofPlace],
  ["sample", ofPlace],
  ["edit", ofEdit],
  ["stylization", ofRestyling],
  ["studio counterfactual", ofWhatIf],
]);

function ofPlace(said: Said): Home {
  const model = painterOf(said);
  return model && { to: "explore", model: model.id, place: placeOf(said) };
}

const painterOf = (said: Said) => (isSaid(said.model) ? modelSaid("image", said.model.sha256) : null);

/** The edits go on what they were made on: a place of a model, or a picture. */
async function ofEdit(said: Said): Promise<Home> {
  const { origin } = said;
  const edits = await editsSaid(said.edits);
  if (!isSaid(origin) || !edits) return null;
  const model = painterOf(origin);
  if (model) return { to: "edit", picture: null, model: model.id, place: placeOf(origin), edits };
  const picture = await pictureSaid(origin.sha256);
  return picture ? { to: "edit", picture, model: null, place: null, edits } : null;
}

async function ofWhatIf(said: Said): Promise<Home> {
  const model = modelSaid("causal", said.model, said.run);
  const unit = isSaid(said.unit) ? await unitOf(said.unit) : null;
  return model && unit && { to: "whatif", model: model.id, unit, do: values(said.do) };
}

async function unitOf(said: Said): Promise<Unit | null> {
  const { picture, data } = said;
  if (typeof picture === "string") {
    const known = await pictureSaid(picture);
    return known ? { picture: known, attributes: values(said.attributes) } : null;
  }
  if (typeof data !== "string") return { seed: number(said.seed, 0) };
  return datasets.value?.some(({ id }) => id === data) ? { data, index: number(said.index, 0) } : null;
}

async function ofRestyling(said: Said): Promise<Home> {
  const { origin, stylization } = said;
  if (!isSaid(origin) || !isSaid(stylization)) return null;
  const picture = await pictureSaid(origin.sha256);
  const asked = await restylingOf(stylization);
  return picture && asked ? { to: "restyle", picture, asked } : null;
}

/** What was asked for; whatever is not said was left as the server has it. Null where the instant model is not here. */
async function restylingOf(said: Said): Promise<Restyling | null> {
  const model = said.model ? modelSaid("instant", said.model_sha256, said.model) : null;
  if (said.model && !model) return null;
  return {
    model: model?.id ?? null,
    styles: model ? stylesOf(said.styles) : await paintingsOf(said.styles),
    factors: {
      colour: number(said.colour, 1),
      line: number(said.line, 1),
      texture: number(said.texture, 1),
      content: number(said.content, 0.5),
    },
    from: await sourcesOf(said),
    mask: await pictureSaid(said.mask),
    scale: number(said.scale, 1),
    size: number(said.size, 512),
    seed: number(said.seed, 0),
  };
}

function stylesOf(said: unknown): Weighted[] {
  if (!Array.isArray(said)) return [];
  return said.filter(isSaid).map(({ style, weight }) => ({ style: String(style), weight: number(weight, 1) }));
}

async function sourcesOf(said: Said): Promise<Restyling["from"]> {
  const factors = ["colour", "line", "texture"] as const;
  const found = factors.map(async (factor) => [factor, (await paintingsOf(said[`${factor}_from`]))[0]?.style] as const);
  return Object.fromEntries((await Promise.all(found)).filter(([, style]) => style));
}

/** Paintings that are still here. */
async function paintingsOf(said: unknown): Promise<Weighted[]> {
  const all = stylesOf(said).map(async ({ style, weight }) => ({ style: await pictureSaid(style), weight }));
  return (await Promise.all(all)).flatMap(({ style, weight }) => (style ? [{ style, weight }] : []));
}
