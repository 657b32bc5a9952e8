import { t, type Key } from "../../i18n";
import words from "../../i18n/en/train";
import type { Recipe } from "../../types";

/** What a recipe is for: plainly for those that people meet first, else as the server says it. */
export function recipeAbout({ name, about }: Recipe): string {
  const key = `train.recipe.about.${name.replace(/\W/g, "_")}`;
  return key in words ? t(key as Key) : about;
}
