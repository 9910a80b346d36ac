import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const MEMORY = "/dev/shm";
const ENOUGH_BYTES = 2 ** 31;

/** Files of tests lie in memory where there is a place for that: a run syncs what it writes, and a test would wait for the disk. */
function folderOfTests(): string {
  const { TMPDIR } = process.env;
  if (TMPDIR !== undefined) return TMPDIR;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > ENOUGH_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir(); // there is no such place
  }
}

/** What waits for processes of its own is begun first, so that at the end nothing is waited for while a processor has nothing to do. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const waits = ({ moduleId }: TestSpecification) =>
      /\/test\/(faults|bounds|package|page\/page\.browser)/.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(waits), ...sorted.filter((file) => !waits(file))];
  }
}

// Tests import `lexstream/...`, which resolves through package.json's exports to dist/: they run what ships, worker threads included.
export default defineConfig({
  cacheDir: ".vitest",
  test: {
    include: ["test/**/*.test.ts"],
    exclude: process.env.LEXSTREAM_FAULTS ? [] : ["test/faults/networks.test.ts"], // npm run faults -- networks
    setupFiles: ["test/support/oneProcessor.ts"],
    env: { TMPDIR: folderOfTests() },
    sequence: { sequencer: WaitingFirst },
    pool: "forks",
    // A few processes run all files: what ships is loaded once in each, not once a file. So a test leaves nothing changed in its process.
    isolate: false,
    restoreMocks: true,
    // One more than two processors need, as many tests wait for a process, a browser or a clock; those of threads want some room, too.
    maxWorkers: 3,
    execArgv: ["--single-threaded-gc"], // the processors are busy: threads that collect garbage would wait for each other
    // A machine may be busy with other work: these end what hangs, and nothing else.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    reporters: ["default", "json"],
    outputFile: { json: ".vitest/results.json" }, // read by scripts/testTotals.mjs
    server: { deps: { external: [/\/dist\//] } },
  },
});
