// Draws avatars of every style named as PNG files: node avatars.mjs FOLDER SIZE COUNT STYLE...
// It runs in the folder that holds `node_modules`.
import { createAvatar } from "@dicebear/core";
import { Resvg } from "@resvg/resvg-js";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";

const [out, size, count, ...styles] = process.argv.slice(2);
const folder = `${out}.part`; // renamed when all are drawn
rmSync(folder, { recursive: true, force: true });
for (const name of styles) {
  const style = await import(`@dicebear/${name}`);
  mkdirSync(`${folder}/${name}`, { recursive: true });
  for (let index = 0; index < Number(count); index++) {
    const drawing = createAvatar(style, { seed: `${name}-${index}` }).toString();
    const picture = new Resvg(drawing, { fitTo: { mode: "width", value: Number(size) } }).render().asPng();
    writeFileSync(`${folder}/${name}/${String(index).padStart(5, "0")}.png`, picture);
  }
}
renameSync(folder, out);
