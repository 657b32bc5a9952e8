import { computed, effect } from "@preact/signals";
import { stored } from "../stored";
import shellEn from "./en/shell";
import exploreEn from "./en/explore";
import whatifEn from "./en/whatif";
import editEn from "./en/edit";
import restyleEn from "./en/restyle";
import trainEn from "./en/train";
import evaluateEn from "./en/evaluate";
import shellZh from "./zh/shell";
import exploreZh from "./zh/explore";
import whatifZh from "./zh/whatif";
import editZh from "./zh/edit";
import restyleZh from "./zh/restyle";
import trainZh from "./zh/train";
import evaluateZh from "./zh/evaluate";

const en = { ...shellEn, ...exploreEn, ...whatifEn, ...editEn, ...restyleEn, ...trainEn, ...evaluateEn };
const zh: Record<Key, string> = {
  ...shellZh,
  ...exploreZh,
  ...whatifZh,
  ...editZh,
  ...restyleZh,
  ...trainZh,
  ...evaluateZh,
};

export type Key = keyof typeof en;
export type Language = "en" | "zh";

export const languages: { value: Language; label: string }[] = [
  { value: "en", label: "English" },
  { value: "zh", label: "简体中文" },
];

const preferred: Language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
export const language = stored<Language>("language", preferred);
const words = computed<Record<Key, string>>(() => (language.value === "zh" ? zh : en));

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-Hans" : "en";
});

/** The words of a key in the language on screen, with each `{name}` replaced by its value. */
export function t(key: Key, vars: Record<string, string | number> = {}): string {
  return words.value[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(vars[name] ?? whole));
}
