import type { Place } from "../../types";

/** As many seeds as the server blends. */
const most = 8;

type Blend = [number, number][];

/**
 * A place a share of the way from one to another, to show a walk while it is made. The film itself is painted by the server,
 * along great circles; here, the seeds of both places are blended, which looks the same.
 */
export function between(from: Place, to: Place, share: number): Place {
  if (share <= 0) return from;
  if (share >= 1) return to;
  return {
    ...from,
    blend: heaviest(joined(scaled(blendOf(from), away(1 - share)), scaled(blendOf(to), away(share)))),
    mix: null,
    directions: mixed(from.directions, to.directions, share),
    truncation: from.truncation + (to.truncation - from.truncation) * share,
  };
}

/** Codes of two seeds are all but at right angles, so on the circle between them the weights are sines. */
function away(share: number): number {
  return Math.sin((share * Math.PI) / 2);
}

function blendOf(place: Place): Blend {
  const own: Blend = place.blend ?? [[place.seed, 1]];
  if (!place.mix || place.mix.share === 0) return unit(own);
  return joined(scaled(unit(own), away(1 - place.mix.share)), [[place.mix.seed, away(place.mix.share)]]);
}

function unit(blend: Blend): Blend {
  const length = Math.hypot(...blend.map(([, weight]) => weight));
  return length > 0 ? scaled(blend, 1 / length) : blend;
}

function scaled(blend: Blend, factor: number): Blend {
  return blend.map(([seed, weight]) => [seed, weight * factor]);
}

function joined(one: Blend, other: Blend): Blend {
  const weights = new Map(one);
  for (const [seed, weight] of other) weights.set(seed, (weights.get(seed) ?? 0) + weight);
  return [...weights];
}

function heaviest(blend: Blend): Blend {
  return [...blend].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, most);
}

function mixed(from: Record<string, number>, to: Record<string, number>, share: number): Record<string, number> {
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  return Object.fromEntries([...names].map((name) => [name, (from[name] ?? 0) * (1 - share) + (to[name] ?? 0) * share]));
}
