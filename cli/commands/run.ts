import { resolve } from "node:path";
import {
  canStop,
  faultsIn,
  formatConservation,
  inputFaults,
  loadPipeline,
  type Manifest,
  originsIn,
  runPipeline,
} from "../../pipelines/index.js";
import { Ledger } from "../../runtime/ledger.js";
import { REJECTED } from "../../schemas/runFolder.js";
import { DEFAULT_LISTEN } from "../../serve/index.js";
import { LEFT_OUT } from "../../sources/documents/leftOut.js";
import { type Command, jsonOption, pluginsOption, UsageError } from "../command.js";
import { listenOptions, tokenOption, urlOf } from "../listenOptions.js";
import { printableLine } from "../printable.js";
import { PROGRESS_MODES, type ProgressMode, showProgress } from "../progress.js";
import { type RunServer, serveRun } from "../serveRun.js";

export const run: Command = {
  name: "run",
  summary: "Run a pipeline config: read text, make its data and models, write them to a folder",
  usage: "CONFIG [--out DIR] [options]",
  positionals: [1, 1],
  options: {
    out: {
      type: "string",
      short: "o",
      value: "DIR",
      description: "Folder for the outputs (default: runs/NAME of the config)",
    },
    force: { type: "boolean", short: "f", description: "Replace an earlier run in that folder" },
    resume: {
      type: "boolean",
      description: "Go on with the unfinished run in that folder; begin one if there is none",
    },
    finish: {
      type: "boolean",
      description: "Read nothing more: end the unfinished run over a live source in that folder where it stopped",
    },
    set: {
      type: "string",
      multiple: true,
      value: "PATH=VALUE",
      description: "Change an option: steps.buildVocab.minCount=3",
    },
    "only-rejected": {
      type: "string",
      value: "DIR",
      description: "Read only the documents that an earlier run rejected: those in DIR/rejected.jsonl",
    },
    workers: {
      type: "string",
      value: "N",
      description: "Threads that models train on; the result does not depend on it",
    },
    seed: { type: "string", value: "N", description: "Seed of every random draw" },
    serve: {
      type: "string",
      value: "HOST:PORT",
      bare: DEFAULT_LISTEN,
      description: `Answer questions over HTTP about what a model has learned so far (without a value: ${DEFAULT_LISTEN})`,
    },
    token: tokenOption,
    plugins: pluginsOption,
    progress: { type: "string", value: "MODE", description: `How to show progress: ${PROGRESS_MODES.join(", ")}` },
    json: jsonOption,
  },
  examples: [
    "lexstream run quickstart",
    "lexstream run news.yaml --set maxRejected=1% --out news",
    "lexstream run news.yaml --set source.files.onInvalid=replace --only-rejected news",
    "lexstream run word2vec --out vectors --resume",
    "lexstream run news.yaml --out news --resume --serve",
    "lexstream run word2vec.yaml --out vectors --set branches.word2vec.word2vec.epochs=10 --seed 7",
  ],
  run: async (parsed, io) => {
    const started = performance.now();
    const mode = progressMode(parsed.text("progress"));
    const [force, finish] = [parsed.flag("force"), parsed.flag("finish")];
    const resume = parsed.flag("resume") || finish;
    if (force && resume)
      throw new UsageError(`--${finish ? "finish" : "resume"} must not be combined with --force, got both`);
    const seed = parsed.integer("seed", 0);
    const set = [...parsed.texts("set"), ...(seed === undefined ? [] : [`seed=${seed}`])];
    const workers = parsed.integer("workers", 1);
    const earlier = parsed.text("only-rejected");
    const listen = parsed.text("serve");
    const token = parsed.text("token");
    if (listen === undefined && token !== undefined) throw new UsageError("--token must go with --serve, got it alone");
    const serving = listen === undefined ? undefined : listenOptions(listen, token, io);
    const defaults = {
      ...(workers === undefined ? {} : { workers }),
      ...(earlier === undefined ? {} : { only: resolve(earlier, REJECTED) }),
    };
    const pipeline = await loadPipeline(parsed.positionals[0]!, {
      ...{ env: io.env, set, defaults },
      plugins: parsed.flag("plugins"),
    });
    const out = parsed.text("out") ?? `runs/${pipeline.config.name}${earlier === undefined ? "" : "-rejected"}`;
    const progress = showProgress(mode, io.stderr, io.env);
    const ledger = new Ledger();
    let server: RunServer | undefined;
    try {
      server = serving && (await serveRun(pipeline, ledger, serving, io));
      if (server) io.stderr.write(`serving ${printableLine(server.model)} at ${urlOf(server.address)}\n`);
      const { manifest, reports } = await runPipeline(pipeline, {
        out,
        force,
        resume,
        finish,
        ...(canStop(pipeline) ? { signal: io.interrupted, stop: io.terminated } : { signal: io.signal }),
        clock: () => new Date(),
        onProgress: (latest) => {
          progress.update(latest);
          server?.update(latest);
        },
        ledger,
        ...(server ? { publish: server.publish } : {}),
      });
      progress.end();
      const seconds = (performance.now() - started) / 1000;
      io.out(
        parsed.flag("json")
          ? `${JSON.stringify(manifest)}\n`
          : summary(manifest, reports, leftOut(ledger), out, seconds),
      );
      return 0;
    } finally {
      progress.end();
      await server?.close();
    }
  },
};

function progressMode(text = "auto"): ProgressMode {
  const mode = PROGRESS_MODES.find((candidate) => candidate === text);
  if (!mode)
    throw new UsageError(`--progress must be one of ${PROGRESS_MODES.join(", ")}, got ${JSON.stringify(text)}`);
  return mode;
}

/** A folder that was read held the folders of runs, perhaps of this one before. */
function leftOut({ children }: Ledger): string[] {
  return [...children]
    .filter(([, part]) => part.get(LEFT_OUT) > 0)
    .map(([folder]) => `warning: ${folder} was left out, since a run has written it`);
}

function summary(
  manifest: Manifest,
  reports: readonly string[],
  warnings: readonly string[],
  out: string,
  seconds: number,
): string {
  const losses = Object.entries(manifest.losses).map(([model, epochs]) => {
    const [first, last] = [epochs[0], epochs.at(-1)];
    return `${model}: mean loss ${first?.meanLoss.toFixed(4)} in epoch 1, ${last?.meanLoss.toFixed(4)} in epoch ${epochs.length}`;
  });
  const begun = originsIn(manifest)
    .filter(([, { initialTerms }]) => initialTerms !== undefined)
    .map(([model, { initialTerms }]) => `${model}: began with ${initialTerms} initial vectors`);
  // Files that are followed are not listed as inputs.
  const told =
    manifest.inputs.length > 0
      ? manifest.inputs
      : [{ path: Object.keys(manifest.config.source)[0]!, counts: manifest.counts }];
  const faults = told.flatMap(({ path, counts }) =>
    Object.entries(faultsIn(new Map(Object.entries(counts)))).map(
      ([counter, amount]) => `warning: ${path}: ${amount} ${inputFaults[counter]}`,
    ),
  );
  const outputs = manifest.outputs.map(
    ({ path, bytes, rows }) => `  ${path}  ${rows === undefined ? "" : `${rows} rows, `}${formatBytes(bytes)}`,
  );
  return [
    ...reports,
    ...manifest.conservation.map(formatConservation),
    ...begun,
    ...losses,
    ...warnings,
    ...faults,
    `wrote ${out}/manifest.json and ${manifest.outputs.length} files in ${seconds.toFixed(1)} s`,
    ...outputs,
    "",
  ].join("\n");
}

function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
