// Kills runs with SIGKILL at random moments, resumes them until they finish, and compares every byte with a run that was left alone.
// node test/faults/kill.mjs [--kills 200] [--seed 1] [--write]: --write puts the figures into docs/reliability.md.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drawUniform, randomStream } from "../../dist/kernels/index.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = join(root, "dist/cli/main.js");

const shared = `
source: { files: { paths: corpus.txt, format: paragraphs } }
steps:
  - normalize
  - tokenize: { mode: chinese, batchSize: 2048 }
  - buildVocab: { minCount: 2 }
  - writeVocabulary: { path: vocab.parquet }
  - encode
branches:
`;
const pipelines = {
  word2vec: `${shared}
  skipGram:
    - windowContexts: { radius: random, sample: 0.001, batchSize: 1024 }
    - word2vec: { vectorSize: 100, epochs: 6 }
    - writeVectors: { path: skipgram.bin }
  cbow:
    - windowContexts: { batchSize: 2000 }
    - word2vec: { architecture: cbow, loss: hierarchicalSoftmax, vectorSize: 40, epochs: 3 }
    - writeVectors: { path: cbow.arrow }
`,
  glove: `${shared}
  glove:
    - windowContexts: { windowSize: 10, boundary: document }
    - accumulateCooccurrence: { memory: 2MB }
    - writeCooccurrence: { path: cooccurrence.arrow }
    - glove: { vectorSize: 50, xMax: 10, epochs: 12 }
    - writeVectors: { path: glove.txt }
`,
  "contexts to Parquet": `${shared}
  ids:
    - writeIds: { path: ids.parquet }
  pairs:
    - windowContexts: { windowSize: 3 }
    - contextPairs
    - writePairs: { path: pairs.parquet }
`,
};
/** How often checkpoints are taken, in turn; the result must not depend on it. */
const intervals = ["0s", "30ms", "20000 tokens", "300ms"];

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});
const wanted = Math.ceil(Number(options.kills) / Object.keys(pipelines).length);
const random = randomStream(Number(options.seed), "kill");
let draws = 0;

const folder = mkdtempSync(join(tmpdir(), "lexstream-kill-"));
try {
  const sample = (name) => readFileSync(join(root, "data", name), "utf8").slice(0, 50_000);
  writeFileSync(
    join(folder, "corpus.txt"),
    `${sample("sample-english-two-novels.txt")}\n${sample("sample-chinese-lu-xun.txt")}\n`,
  );
  const rows = await Promise.all(Object.entries(pipelines).map(([name, config]) => killRunsOf(name, config)));
  const table = tableOf(rows);
  console.log(table);
  if (options.write) writeFigures(table);
  if (rows.some(({ differing }) => differing > 0)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Kills runs of one pipeline so many times, each of them until it finishes. */
async function killRunsOf(name, config) {
  const place = join(folder, name.replaceAll(" ", "-"));
  mkdirSync(place);
  const file = join(folder, `${name.replaceAll(" ", "-")}.yaml`);
  writeFileSync(file, `name: run\n${config}`);
  const started = performance.now();
  await resume(file, join(place, "alone"), "never");
  const milliseconds = performance.now() - started;
  const expected = hashesOf(join(place, "alone"));
  const row = { name, kills: 0, runs: 0, most: 0, differing: 0 };
  while (row.kills < wanted) {
    const out = join(place, String(row.runs));
    const kills = await killUntilDone(file, out, milliseconds, wanted - row.kills);
    const same = JSON.stringify(hashesOf(out)) === JSON.stringify(expected);
    if (!same) console.error(`${name}: run ${row.runs}, killed ${kills} times, differs`, hashesOf(out), expected);
    row.kills += kills;
    row.runs++;
    row.most = Math.max(row.most, kills);
    row.differing += Number(!same);
    rmSync(out, { recursive: true });
  }
  return row;
}

/** Runs, and kills what runs, up to so many times; the last attempt is left alone. Returns how often it was killed. */
async function killUntilDone(file, out, milliseconds, most) {
  for (let kills = 0; ; kills++) {
    const interval = intervals[draws % intervals.length];
    const after = kills < most ? (0.2 + 0.7 * drawUniform(random, draws++)) * milliseconds : undefined;
    if (await resume(file, out, interval, after)) return kills;
  }
}

/** Whether the run ended before it was killed. Rejects if it ended otherwise than well. */
function resume(file, out, interval, killAfter) {
  const args = [
    main,
    "run",
    file,
    "--out",
    out,
    "--resume",
    "--progress",
    "none",
    "--set",
    `checkpoint.every=${interval}`,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
  return new Promise((resolve, reject) => {
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(true);
      else if (signal === "SIGKILL") resolve(false);
      else reject(new Error(`${file}: a run must end well or be killed, got exit code ${code}: ${errors}`));
    });
  });
}

/** SHA-256 of every file in a folder, the manifest and hidden ones included. */
function hashesOf(out) {
  const names = readdirSync(out, { recursive: true }).sort();
  return names.map((name) => [
    name,
    createHash("sha256")
      .update(readFileSync(join(out, name)))
      .digest("hex"),
  ]);
}

function tableOf(rows) {
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  const total = { name: "all", kills: sum("kills"), runs: sum("runs"), most: "", differing: sum("differing") };
  return [
    "| pipeline | kills (SIGKILL) | runs brought to their end | most kills of one run | runs that differ in any byte |",
    "|---|---|---|---|---|",
    ...[...rows, total].map(
      ({ name, kills, runs, most, differing }) => `| ${[name, kills, runs, most, differing].join(" | ")} |`,
    ),
  ].join("\n");
}

function writeFigures(table) {
  const page = join(root, "docs/reliability.md");
  const date = new Date().toISOString().slice(0, 10);
  const said = `\`node test/faults/kill.mjs --kills ${options.kills} --seed ${options.seed}\`, ${date}, Node ${process.versions.node}, ${availableParallelism()} cores:`;
  const text = readFileSync(page, "utf8");
  writeFileSync(
    page,
    text.replace(/<!-- kills -->[\s\S]*<!-- \/kills -->/, () => `<!-- kills -->\n${said}\n\n${table}\n<!-- /kills -->`),
  );
}
