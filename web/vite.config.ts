import { defineConfig } from "vitest/config";

/** The server that `npm run dev` talks to: one that runs on this machine. */
const server = "http://127.0.0.1:7878";

export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/limner/serving/studio",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  server: {
    proxy: {
      "/v1": { target: server, ws: true },
      "/health": server,
    },
  },
  test: {
    environment: "happy-dom",
    environmentOptions: { happyDOM: { url: "http://localhost/" } },
    include: ["tests/**/*.test.ts"],
    isolate: false, // one page for all files: to set up another takes longer than the tests
    unstubGlobals: true,
    restoreMocks: true,
  },
});
