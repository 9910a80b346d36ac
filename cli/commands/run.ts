import { resolve } from "node:path";
import { loadPipeline } from "../../pipelines/config/loadPipeline.js";
import { STDIN } from "../../pipelines/config/trainConfig.js";
import { REJECTED } from "../../schemas/runFolder.js";
import { DEFAULT_LISTEN } from "../../serve/queryServer.js";
import { type Command, jsonOption, pluginsOption, UsageError } from "../command.js";
import { listenOptions, tokenOption } from "../listenOptions.js";
import { forceOption, progressOption, requirePipe, resumeOption, runTo, wayOf } from "../runTo.js";

export const run: Command = {
  name: "run",
  usage: "CONFIG [FILE...] [--out DIR] [options]",
  positionals: [1, Number.POSITIVE_INFINITY],
  options: {
    out: {
      type: "string",
      short: "o",
      aliases: ["output"],
      value: "DIR",
      description: "Folder for the outputs (default: runs/NAME of the config)",
    },
    force: forceOption,
    resume: resumeOption,
    finish: {
      type: "boolean",
      description: "Read nothing more: end the unfinished run over a live source in that folder where it stopped",
    },
    set: {
      type: "string",
      multiple: true,
      value: "PATH=VALUE",
      description:
        "Change an option: epochs=3 or word2vec.epochs=3 where one step has it, else steps.buildVocab.minCount=3",
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
    progress: progressOption,
    json: jsonOption,
  },
  examples: [
    "lexstream run quickstart",
    "lexstream run word2vec my.txt 'news/*.txt.gz' --out vectors",
    "lexstream run news.yaml --set maxRejected=1% --out news",
    "lexstream run news.yaml --set source.files.onInvalid=replace --only-rejected news",
    "lexstream run word2vec --out vectors --resume",
    "lexstream run news.yaml --out news --resume --serve",
    "lexstream run word2vec --set epochs=10 --set tokenize.mode=chinese --set 'source={stdin: {}}' --seed 7",
    "lexstream run quickstart --set branches.word2vec.word2vec.epochs=10",
  ],
  run: async (parsed, io) => {
    const way = wayOf(parsed);
    const seed = parsed.integer("seed", 0);
    const set = [...parsed.texts("set"), ...(seed === undefined ? [] : [`seed=${seed}`])];
    const workers = parsed.integer("workers", 1);
    const earlier = parsed.text("only-rejected");
    const listen = parsed.text("serve");
    const token = parsed.text("token");
    if (listen === undefined && token !== undefined)
      throw new UsageError("run: --token must go with --serve, got it alone");
    const serving = listen === undefined ? undefined : listenOptions(listen, token, io);
    const defaults = {
      ...(workers === undefined ? {} : { workers }),
      ...(earlier === undefined ? {} : { only: resolve(earlier, REJECTED) }),
    };
    const [config, ...files] = parsed.positionals;
    if (files.includes(STDIN)) requirePipe("run", io.stdin);
    const pipeline = await loadPipeline(config!, {
      ...{ env: io.env, set, defaults, files },
      plugins: parsed.flag("plugins"),
    });
    const out = parsed.text("out") ?? `runs/${pipeline.config.name}${earlier === undefined ? "" : "-rejected"}`;
    await runTo(pipeline, out, { ...way, serving }, io);
    return 0;
  },
};
