import { t, type Key } from "../../i18n";
import words from "../../i18n/en/train";
import type { Recipe } from "../../types";

/** Returns what a recipe is for: a plain, translated text for the common ones, the server's text for others. */
export function recipeAbout({ name, about }: Recipe): string {
  const key = `train.recipe.about.${name.replace(/\W/g, "_")}`;
  return key in words ? t(key as Key) : about;
}
