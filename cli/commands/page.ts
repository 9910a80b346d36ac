import { setMaxListeners } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import {
  manifestOf,
  originsIn,
  outputsByValue,
  outputsIn,
  type Registry,
  readHistory,
  runOf,
} from "../../pipelines/index.js";
import { HISTORY, MANIFEST } from "../../schemas/runFolder.js";
import { DEFAULT_LISTEN, type RunToShow } from "../../serve/index.js";
import { type Command, pluginOption, UsageError } from "../command.js";
import { listenOptions, tokenOption, urlOf } from "../listenOptions.js";
import { registryOf } from "../pluginOptions.js";
import { answering, followFile, publishFile, type ServedFile, servedFile, shownPath } from "../servedFile.js";
import { serveOnThread } from "../serveOnThread.js";

/** A value of a run or file, with what the page is told of it besides. */
interface ShownFile extends ServedFile {
  readonly facts: Readonly<Record<string, unknown>>;
}

export const page: Command = {
  name: "page",
  usage: "RUN|FILE... [--listen HOST:PORT]",
  positionals: [1, Number.POSITIVE_INFINITY],
  options: {
    listen: { type: "string", value: "HOST:PORT", description: `Where to listen (default ${DEFAULT_LISTEN})` },
    token: tokenOption,
    plugin: pluginOption,
  },
  examples: ["lexstream page runs/quickstart", "lexstream page runs", "lexstream page glove.txt runs/word2vec"],
  run: async (parsed, io) => {
    const options = listenOptions(parsed.text("listen"), parsed.text("token"), io);
    const registry = await registryOf(parsed);
    const runs = runsNamedBy(parsed.positionals);
    const alone = parsed.positionals.filter((path) => runFoldersAt(path).length === 0);
    const hasToken = options.token !== undefined;
    const found = [
      ...runs.flatMap((run) => filesOfRun(run, registry, hasToken)),
      ...(await inOrder(alone, (path) => fileAlone(path, registry, hasToken))),
    ];
    const files = unlike(byRun(found));
    if (files.length + runs.length === 0)
      throw new UsageError(`page: the arguments must name runs or files of models, got none in ${parsed.positionals}`);
    const models = files.map(({ name, kind, facts }) => ({ name, kind: kind.name, facts }));
    const failed = new AbortController();
    const shown = { runs, reading: { plugins: false } };
    const thread = await serveOnThread(models, registry, { ...options, shown }, (error) => failed.abort(error));
    const watching = { ...io, signal: AbortSignal.any([io.signal, failed.signal]) };
    setMaxListeners(0, watching.signal); // each file that is followed listens to it
    try {
      io.out(`the page is at ${urlOf(thread.address)}\n`);
      const stamps = await inOrder(files, (file) => publishFile(file, thread, 1));
      await Promise.all(files.map((file, k) => followFile(file, thread, stamps[k]!, watching)));
      failed.signal.throwIfAborted();
      return 0;
    } finally {
      await thread.close();
    }
  },
};

/** One after the other: each may need the memory that the one before gave back. */
async function inOrder<In, Out>(values: readonly In[], action: (value: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  for (const value of values) results.push(await action(value));
  return results;
}

/** The runs that an argument names: itself, or those in a folder that is no run. */
function runFoldersAt(path: string): string[] {
  const run = runOf(path);
  if (!run || run.part !== undefined) return [];
  if (isRun(run.folder)) return [run.folder];
  const inside = readdirSync(run.folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return inside
    .map(({ name }) => join(run.folder, name))
    .filter(isRun)
    .sort();
}

const isRun = (folder: string) => [MANIFEST, HISTORY].some((name) => existsSync(join(folder, name)));

function runsNamedBy(paths: readonly string[]): RunToShow[] {
  const folders = [...new Set(paths.flatMap(runFoldersAt))];
  return unlike(folders.map((folder) => ({ name: basename(resolve(folder)), folder }))).map(({ name, folder }) => ({
    id: name,
    folder,
  }));
}

const fileAlone = async (path: string, registry: Registry, hasToken: boolean): Promise<ShownFile> => ({
  ...(await servedFile("page", path, registry, hasToken, basename(path))),
  facts: {},
});

/** What can be asked of what a run has made. */
function filesOfRun({ id, folder }: RunToShow, registry: Registry, hasToken: boolean): ShownFile[] {
  if (!existsSync(join(folder, MANIFEST))) return [];
  const manifest = manifestOf(folder);
  const origins = new Map(originsIn(manifest));
  const kinds = answering(registry);
  const asked = outputsIn(manifest).filter(({ holds = "" }) => kinds.includes(holds));
  return outputsByValue(asked).map(([output]) => {
    const { path, bytes, branch, madeBy, holds } = output!;
    const maker = registry.units.get(madeBy!.split("/").at(-1)!);
    const name = maker?.kind === "model" ? (branch ?? maker.name) : holds!; // as in reports
    const file = join(folder, path);
    const kind = registry.kinds.get(holds!)!;
    const last = manifest.losses[name]?.at(-1);
    return {
      name,
      path: file,
      kind,
      shown: shownPath(file, hasToken),
      facts: {
        ...{ run: id, bytes, seconds: secondsOf(folder), loss: last?.meanLoss, heldOutLoss: last?.heldOutLoss },
        ...origins.get(name),
      },
    };
  });
}

/** How long a run took, from its first point to its last; undefined of one without a history. */
function secondsOf(folder: string): number | undefined {
  const points = readHistory(folder);
  return points.length > 1 ? Math.round((points.at(-1)!.time - points[0]!.time) / 1000) : undefined;
}

/** Values of the same name in several runs are told apart by the run. */
function byRun(files: readonly ShownFile[]): ShownFile[] {
  const isShared = (name: string) => files.filter((file) => file.name === name).length > 1;
  return files.map((file) => {
    const { run } = file.facts;
    return run !== undefined && isShared(file.name) ? { ...file, name: `${run}/${file.name}` } : file;
  });
}

/** Names that are told apart: those of several values get a number behind them. */
function unlike<Named extends { readonly name: string }>(all: readonly Named[]): Named[] {
  const seen = new Map<string, number>();
  return all.map((each) => {
    const count = (seen.get(each.name) ?? 0) + 1;
    seen.set(each.name, count);
    return count === 1 ? each : { ...each, name: `${each.name}-${count}` };
  });
}
