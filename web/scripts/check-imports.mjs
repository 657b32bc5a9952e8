// No file of the source imports itself through others.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { circles } from "./imports.mjs";

const found = circles(join(dirname(fileURLToPath(import.meta.url)), "../src"));
for (const circle of found) console.error(`circle: ${circle.join(" -> ")}`);
process.exit(found.length > 0 ? 1 : 0);
