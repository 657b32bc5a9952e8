/** Finds the view and the settings that made a picture, by its provenance. */

import { isObject, numberOr, valuesOf } from "../checks";
import { latentSpecOf } from "../latentSpec";
import { datasets, type ViewInput } from "../state";
import type { StyleSettings, Unit, WeightedStyle } from "../types";
import { findModel, findPicture, readEdits, type Provenance } from "./provenance";

/** Null if a model or picture that it was made from is missing. */
type Destination = ViewInput | null;

/** One function for each kind of provenance. */
export const destinations = new Map<unknown, (provenance: Provenance) => Destination | Promise<Destination>>([
  ["latent", toExplore],
  ["sample", toExplore],
  ["edit", toEdit],
  ["stylization", toRestyle],
  ["studio counterfactual", toWhatIf],
]);

function toExplore(provenance: Provenance): Destination {
  const model = imageModelOf(provenance);
  return model && { to: "explore", model: model.id, latent: latentSpecOf(provenance) };
}

const imageModelOf = (provenance: Provenance) => (isObject(provenance.model) ? findModel("image", provenance.model.sha256) : null);

/** Edits are opened on their source: a generated picture, or an uploaded one. */
async function toEdit(provenance: Provenance): Promise<Destination> {
  const { origin } = provenance;
  const edits = await readEdits(provenance.edits);
  if (!isObject(origin) || !edits) return null;
  const model = imageModelOf(origin);
  if (model) return { to: "edit", picture: null, model: model.id, latent: latentSpecOf(origin), edits };
  const picture = await findPicture(origin.sha256);
  return picture ? { to: "edit", picture, model: null, latent: null, edits } : null;
}

async function toWhatIf(provenance: Provenance): Promise<Destination> {
  const model = findModel("causal", provenance.model, provenance.run);
  const unit = isObject(provenance.unit) ? await unitOf(provenance.unit) : null;
  return model && unit && { to: "whatif", model: model.id, unit, do: valuesOf(provenance.do) };
}

async function unitOf(provenance: Provenance): Promise<Unit | null> {
  const { picture, data } = provenance;
  if (typeof picture === "string") {
    const known = await findPicture(picture);
    return known ? { picture: known, attributes: valuesOf(provenance.attributes) } : null;
  }
  if (typeof data !== "string") return { seed: numberOr(provenance.seed, 0) };
  return datasets.value?.some(({ id }) => id === data) ? { data, index: numberOr(provenance.index, 0) } : null;
}

async function toRestyle(provenance: Provenance): Promise<Destination> {
  const { origin, stylization } = provenance;
  if (!isObject(origin) || !isObject(stylization)) return null;
  const picture = await findPicture(origin.sha256);
  const settings = await styleSettingsOf(stylization);
  return picture && settings ? { to: "restyle", picture, settings } : null;
}

/** Returns the settings; those that are missing have the server's defaults. Null if the instant model is missing. */
async function styleSettingsOf(provenance: Provenance): Promise<StyleSettings | null> {
  const model = provenance.model ? findModel("instant", provenance.model_sha256, provenance.model) : null;
  if (provenance.model && !model) return null;
  return {
    model: model?.id ?? null,
    styles: model ? stylesOf(provenance.styles) : await keptStylesOf(provenance.styles),
    factors: {
      colour: numberOr(provenance.colour, 1),
      line: numberOr(provenance.line, 1),
      texture: numberOr(provenance.texture, 1),
      content: numberOr(provenance.content, 0.5),
    },
    from: await sourcesOf(provenance),
    mask: await findPicture(provenance.mask),
    scale: numberOr(provenance.scale, 1),
    size: numberOr(provenance.size, 512),
    seed: numberOr(provenance.seed, 0),
  };
}

function stylesOf(value: unknown): WeightedStyle[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map(({ style, weight }) => ({ style: String(style), weight: numberOr(weight, 1) }));
}

async function sourcesOf(provenance: Provenance): Promise<StyleSettings["from"]> {
  const factors = ["colour", "line", "texture"] as const;
  const found = factors.map(async (factor) => [factor, (await keptStylesOf(provenance[`${factor}_from`]))[0]?.style] as const);
  return Object.fromEntries((await Promise.all(found)).filter(([, style]) => style));
}

/** Returns the paintings that the server still stores. */
async function keptStylesOf(value: unknown): Promise<WeightedStyle[]> {
  const all = stylesOf(value).map(async ({ style, weight }) => ({ style: await findPicture(style), weight }));
  return (await Promise.all(all)).flatMap(({ style, weight }) => (style ? [{ style, weight }] : []));
}
