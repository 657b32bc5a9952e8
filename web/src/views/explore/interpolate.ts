import type { LatentSpec } from "../../types";

/** The most seeds that the server blends. */
const maxSeeds = 8;

type Blend = [number, number][];

/**
 * Returns the latent spec at a fraction `share` of the way between two, for the preview of a walk. The server renders the
 * video itself by slerp between the two z; here the seeds of both are blended, which looks the same.
 */
export function interpolate(from: LatentSpec, to: LatentSpec, share: number): LatentSpec {
  if (share <= 0) return from;
  if (share >= 1) return to;
  return {
    ...from,
    blend: heaviest(sum(scaled(blendOf(from), slerpWeight(1 - share)), scaled(blendOf(to), slerpWeight(share)))),
    mix: null,
    directions: lerpValues(from.directions, to.directions, share),
    truncation: from.truncation + (to.truncation - from.truncation) * share,
  };
}

/** The weight of slerp between orthogonal vectors: the z of two seeds are nearly orthogonal. */
function slerpWeight(share: number): number {
  return Math.sin((share * Math.PI) / 2);
}

function blendOf(latent: LatentSpec): Blend {
  const blend: Blend = latent.blend ?? [[latent.seed, 1]];
  if (!latent.mix || latent.mix.share === 0) return normalised(blend);
  return sum(scaled(normalised(blend), slerpWeight(1 - latent.mix.share)), [[latent.mix.seed, slerpWeight(latent.mix.share)]]);
}

function normalised(blend: Blend): Blend {
  const length = Math.hypot(...blend.map(([, weight]) => weight));
  return length > 0 ? scaled(blend, 1 / length) : blend;
}

function scaled(blend: Blend, factor: number): Blend {
  return blend.map(([seed, weight]) => [seed, weight * factor]);
}

function sum(one: Blend, other: Blend): Blend {
  const weights = new Map(one);
  for (const [seed, weight] of other) weights.set(seed, (weights.get(seed) ?? 0) + weight);
  return [...weights];
}

function heaviest(blend: Blend): Blend {
  return [...blend].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, maxSeeds);
}

function lerpValues(from: Record<string, number>, to: Record<string, number>, share: number): Record<string, number> {
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  return Object.fromEntries([...names].map((name) => [name, (from[name] ?? 0) * (1 - share) + (to[name] ?? 0) * share]));
}
