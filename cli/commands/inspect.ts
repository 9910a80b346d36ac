import { printableLine } from "../../kernels/text/printable.js";
import { inspectPath, type RunReport } from "../../pipelines/index.js";
import { type Command, jsonOption, pluginOption } from "../command.js";
import { registryOf } from "../pluginOptions.js";
import { textTable } from "../textTable.js";

export const inspect: Command = {
  name: "inspect",
  usage: "FILE|RUN...",
  positionals: [1, Number.POSITIVE_INFINITY],
  options: { plugin: pluginOption, json: jsonOption },
  examples: [
    "lexstream inspect runs/word2vec",
    "lexstream inspect runs/word2vec/*",
    "lexstream inspect --json runs/word2vec/* | jq .format",
  ],
  run: async (parsed, io) => {
    const kinds = [...(await registryOf(parsed)).kinds.values()];
    let failures = 0;
    for (const [k, path] of parsed.positionals.entries()) {
      try {
        const found = await inspectPath(path, kinds);
        const shown = "outputs" in found ? plainRun(found) : plain(found);
        io.out(parsed.flag("json") ? `${JSON.stringify(found)}\n` : `${k > 0 ? "\n" : ""}${shown}\n`);
      } catch (error) {
        if (parsed.positionals.length === 1) throw error;
        failures++;
        io.stderr.write(`${printableLine((error as Error).message)}\n`);
      }
    }
    return failures > 0 ? 1 : 0;
  },
};

function plainRun({ outputs, ...run }: RunReport): string {
  const rows = outputs.map(({ path, holds = "", branch = "", rows = "", bytes }) => [
    ...[path, holds, branch],
    ...[String(rows), String(bytes)],
  ]);
  const table = textTable([["file", "holds", "branch", "rows", "bytes"], ...rows], { right: [3, 4], indent: "  " });
  return `${plain(run)}\noutputs:\n${table}`;
}

/** `key: value` lines; lists and maps below their key. */
function plain(value: unknown, indent = ""): string {
  if (typeof value !== "object" || value === null) return `${indent}${value}`;
  return Object.entries(value)
    .filter(([, entry]) => entry !== undefined && !(Array.isArray(entry) && entry.length === 0))
    .map(([key, entry]) => {
      if (typeof entry !== "object" || entry === null)
        return `${indent}${printableLine(key)}: ${printableLine(String(entry))}`;
      if (Array.isArray(entry))
        return `${indent}${key}:\n${entry.map((row) => `${indent}  ${JSON.stringify(row)}`).join("\n")}`;
      return `${indent}${key}:\n${plain(entry, `${indent}  `)}`;
    })
    .join("\n");
}
