import { defineConfig } from "vitest/config";

// Tests import `lexstream/...`, which resolves through package.json's exports to dist/: they run what ships, worker threads included.
export default defineConfig({
  cacheDir: ".vitest",
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 30_000,
    reporters: ["default", "json"],
    outputFile: { json: ".vitest/results.json" }, // read by scripts/testTotals.mjs
    server: { deps: { external: [/\/dist\//] } },
  },
});
