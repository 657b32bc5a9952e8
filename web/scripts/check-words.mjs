// The two languages have the same words, and each word the same {placeholders}.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../src/i18n");
const entry = /^\s*"([\w.]+)":\s*(?:\n\s*)?"((?:[^"\\]|\\.)*)",?$/gm;

function words(language, file) {
  const text = readFileSync(join(folder, language, file), "utf8");
  return new Map([...text.matchAll(entry)].map(([, key, value]) => [key, value]));
}

function placeholders(text) {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort().join(" ");
}

function faultsOf(file) {
  const en = words("en", file);
  const zh = words("zh", file);
  const view = file.replace(/\.ts$/, "");
  const lonely = [...en.keys()].filter((key) => !zh.has(key)).concat([...zh.keys()].filter((key) => !en.has(key)));
  const shared = [...en.keys()].filter((key) => zh.has(key));
  return [
    ...lonely.map((key) => `${view}: ${key} is in one language only`),
    ...shared
      .filter((key) => placeholders(en.get(key)) !== placeholders(zh.get(key)))
      .map((key) => `${view}: ${key} has other {placeholders} in zh`),
    ...shared.filter((key) => !en.get(key) || !zh.get(key)).map((key) => `${view}: ${key} is empty`),
  ];
}

const faults = readdirSync(join(folder, "en")).flatMap(faultsOf);
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
