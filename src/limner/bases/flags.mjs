// Draws every SVG file of a folder as a PNG file of another: node flags.mjs FROM TO SIZE
// It runs in the folder that holds `node_modules`.
import { Resvg } from "@resvg/resvg-js";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

const [from, to, size] = process.argv.slice(2);
mkdirSync(to, { recursive: true });
for (const name of readdirSync(from).filter((each) => each.endsWith(".svg"))) {
  const picture = new Resvg(readFileSync(`${from}/${name}`, "utf8"), { fitTo: { mode: "width", value: Number(size) } });
  writeFileSync(`${to}/${name.replace(".svg", ".png")}`, picture.render().asPng());
}
