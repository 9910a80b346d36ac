import { loadValue, type Registry } from "../../pipelines/index.js";
import type { DataKind } from "../../schemas/index.js";
import { DEFAULT_LISTEN } from "../../serve/index.js";
import { type Command, pluginOption, UsageError } from "../command.js";
import { listenOptions, tokenOption, urlOf } from "../listenOptions.js";
import { registryOf } from "../pluginOptions.js";
import { followFile, publishFile, servedFile } from "../servedFile.js";
import { serveOnThread } from "../serveOnThread.js";

export const serve: Command = {
  name: "serve",
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
    const found = await servedFile("serve", parsed.positionals[0]!, registry, options.token !== undefined);
    const space = parsed.text("space");
    const file = space === undefined ? found : { ...found, joined: await joiner(found.kind, space, registry) };
    const failed = new AbortController();
    const models = [{ name: file.name, kind: file.kind.name }];
    const thread = await serveOnThread(models, registry, options, (error) => failed.abort(error));
    try {
      const stamp = await publishFile(file, thread, 1);
      io.out(`serving ${file.path} at ${urlOf(thread.address)}\n`);
      await followFile(file, thread, stamp, { ...io, signal: AbortSignal.any([io.signal, failed.signal]) });
      failed.signal.throwIfAborted();
      return 0;
    } finally {
      await thread.close();
    }
  },
};

/** Puts what lies in another file beside a value. */
async function joiner(kind: DataKind, path: string, { kinds }: Registry): Promise<(value: never) => unknown> {
  const { beside } = kind.answers!;
  if (!beside) throw new UsageError(`serve: --space must go with an index, got ${kind.name}`);
  const other = (await loadValue(kinds.get(beside.kind)!, path)) as never;
  return (value) => beside.join(value, other);
}
