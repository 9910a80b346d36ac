import { defineConfig } from "vitest/config";

// Tests import `lexstream/...`, which resolves through package.json's exports to dist/: they run what ships, worker threads included.
export default defineConfig({
  cacheDir: ".vitest",
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 120_000, // a machine may be busy with other work
    reporters: ["default", "json"],
    outputFile: { json: ".vitest/results.json" }, // read by scripts/testTotals.mjs
    server: { deps: { external: [/\/dist\//] } },
  },
});
