import { realpath, stat } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileOfRun, inspectFile, loadValue, type Registry } from "../../pipelines/index.js";
import type { DataKind } from "../../schemas/index.js";
import { DEFAULT_LISTEN } from "../../serve/index.js";
import { type Command, type Io, pluginOption, UsageError } from "../command.js";
import { listenOptions, tokenOption, urlOf } from "../listenOptions.js";
import { registryOf } from "../pluginOptions.js";
import { printableLine } from "../printable.js";
import { type QueryThread, serveOnThread } from "../serveOnThread.js";

const LOOK_EVERY_MS = 500;

export const serve: Command = {
  name: "serve",
  summary:
    "Answer questions over HTTP about vectors, a classifier, topics or an index of a file or run, and follow the file when it changes",
  usage: "FILE|RUN [--listen HOST:PORT]",
  positionals: [1, 1],
  options: {
    listen: { type: "string", value: "HOST:PORT", description: `Where to listen (default ${DEFAULT_LISTEN})` },
    token: tokenOption,
    space: {
      type: "string",
      value: "FILE|RUN",
      description: "Of an index: rank by the cosine in this space of LSA, which is read once",
    },
    plugin: pluginOption,
  },
  examples: [
    "lexstream serve runs/quickstart/word2vec.arrow",
    "lexstream serve live/latest --listen 127.0.0.1:8080",
    "lexstream serve runs/lsa#index --space runs/lsa",
  ],
  run: async (parsed, io) => {
    const options = listenOptions(parsed.text("listen"), parsed.text("token"), io);
    const registry = await registryOf(parsed);
    const path = fileOfRun(parsed.positionals[0]!, ...answering(registry));
    const failed = new AbortController();
    // Whoever may ask without a token need not learn where the files of this machine lie.
    const shown = options.token === undefined && isAbsolute(path) ? basename(path) : path;
    const kind = await askedKind(path, registry);
    const space = parsed.text("space");
    const joined = space === undefined ? (value: never) => value : await joiner(kind, space, registry);
    const thread = await serveOnThread(kind.name, registry, options, (error) => failed.abort(error));
    const publish = publisher(kind, thread, path, shown, joined);
    try {
      const stamp = await publish(1);
      io.out(`serving ${path} at ${urlOf(thread.address)}\n`);
      await follow(publish, path, stamp, kind, { ...io, signal: AbortSignal.any([io.signal, failed.signal]) });
      failed.signal.throwIfAborted();
      return 0;
    } finally {
      await thread.close();
    }
  },
};

/** @throws TypeError if nothing can be asked of what the file holds */
async function askedKind(path: string, registry: Registry): Promise<DataKind> {
  const { holds, format } = await inspectFile(path, [...registry.kinds.values()]);
  const kind = holds === undefined ? undefined : registry.kinds.get(holds);
  if (kind?.answers && (kind.load || kind.table)) return kind;
  const asked = answering(registry).join(", ");
  throw new TypeError(`serve: ${path} must hold what can be asked (${asked}), got ${holds ?? format}`);
}

/** Puts what lies in another file beside a value. */
async function joiner(kind: DataKind, path: string, { kinds }: Registry): Promise<(value: never) => unknown> {
  const { beside } = kind.answers!;
  if (!beside) throw new UsageError(`serve: --space must go with an index, got ${kind.name}`);
  const other = (await loadValue(kinds.get(beside.kind)!, path)) as never;
  return (value) => beside.join(value, other);
}

/** The kinds of data that can be asked. */
const answering = ({ kinds }: Registry) => [...kinds.values()].filter(({ answers }) => answers).map(({ name }) => name);

/** Differs once the file, or what a link such as `latest` leads to, is another one. */
async function stampOf(path: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(path);
  return [await realpath(path), ino, size, mtimeMs].join("\n");
}

type Publish = (sequence: number) => Promise<string>;

/** Returns what the file was before it was read: if it changes meanwhile, it is read once more. */
const publisher =
  (kind: DataKind, thread: QueryThread, path: string, file: string, joined: (value: never) => unknown): Publish =>
  async (sequence) => {
    const stamp = await stampOf(path);
    const place = await realpath(path);
    const value = (await loadValue(kind, place)) as never;
    thread.publish({ sequence, value: joined(value) });
    const model = kind.origin?.of(value).get("model");
    thread.setStatus({ file, ...(model === undefined ? {} : { model }) });
    return stamp;
  };

/** Loads the file again whenever it is another one, until the signal. A file that cannot be read leaves the answers as they are. */
async function follow(
  publish: Publish,
  path: string,
  first: string,
  { name }: DataKind,
  { signal, stderr }: Io,
): Promise<void> {
  let seen = first;
  for (let sequence = 2; !signal.aborted; ) {
    await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    const stamp = await stampOf(path).catch(() => seen); // it is being replaced
    if (stamp === seen || signal.aborted) continue;
    seen = stamp;
    try {
      seen = await publish(sequence);
      sequence++;
    } catch (error) {
      stderr.write(`serve: ${printableLine((error as Error).message)}; the ${name} from before still answer\n`);
    }
  }
}
