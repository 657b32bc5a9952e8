import { t, type Key } from "../../i18n";
import words from "../../i18n/en/train";
import type { Recipe } from "../../types";

/** Returns what a recipe is for: a plain, translated text for the common ones, the server's text for others. */
export function recipeAbout({ name, about }: Recipe): string {
  const key = `train.recipe.about.${name.replace(/\W/g, "_")}`;
  return key in words ? t(key as Key) : about;
}

/** Reads settings, `key=value`, one a line; lines without a key or a value are left out. */
export function parseSettings(text: string): Record<string, string> {
  const pairs = text.split("\n").map((line) => line.split(/=(.*)/s).map((part) => part.trim()));
  return Object.fromEntries(pairs.filter(([key, value]) => key && value).map(([key, value]) => [key, value]));
}
