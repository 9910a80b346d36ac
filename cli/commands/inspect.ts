import { inspectFile } from "../../pipelines/index.js";
import { type Command, jsonOption } from "../command.js";
import { printableLine } from "../printable.js";

export const inspect: Command = {
  name: "inspect",
  summary: "Say what a file is, by its content: vectors, vocabulary, table, text, manifest",
  usage: "FILE",
  positionals: [1, 1],
  options: { json: jsonOption },
  run: async (parsed, io) => {
    const found = await inspectFile(parsed.positionals[0]!);
    io.out(parsed.flag("json") ? `${JSON.stringify(found)}\n` : `${plain(found)}\n`);
    return 0;
  },
};

/** `key: value` lines; lists and maps below their key. */
function plain(value: unknown, indent = ""): string {
  if (typeof value !== "object" || value === null) return `${indent}${value}`;
  return Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .map(([key, entry]) => {
      if (typeof entry !== "object" || entry === null)
        return `${indent}${printableLine(key)}: ${printableLine(String(entry))}`;
      if (Array.isArray(entry))
        return `${indent}${key}:\n${entry.map((row) => `${indent}  ${JSON.stringify(row)}`).join("\n")}`;
      return `${indent}${key}:\n${plain(entry, `${indent}  `)}`;
    })
    .join("\n");
}
