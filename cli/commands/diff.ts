import { type Difference, diffRuns, type RunDifferences } from "../../pipelines/index.js";
import { show } from "../../schemas/index.js";
import { plural } from "../../schemas/plural.js";
import { type Command, jsonOption, pluginsOption } from "../command.js";

export const diff: Command = {
  name: "diff",
  usage: "DIR DIR",
  positionals: [2, 2],
  options: { plugins: pluginsOption, json: jsonOption },
  run: async (parsed, io) => {
    const [first, second] = parsed.positionals as [string, string];
    const found = await diffRuns(first, second, { plugins: parsed.flag("plugins") });
    io.out(parsed.flag("json") ? `${JSON.stringify(found)}\n` : plain(found));
    return Object.values(found).some((differences) => differences.length > 0) ? 1 : 0;
  },
};

function plain({ versions, config, inputs, outputs, counts }: RunDifferences): string {
  const files = outputs.map((output) => {
    const why = output.because.length > 0 ? output.because.join(", ") : "nothing that leads to it differs";
    return `${line(output)}\n    because: ${why}`;
  });
  const sections = [
    section("versions", versions.map(line)),
    section("config", config.map(line)),
    section("inputs", inputs.map(line)),
    section("outputs", files),
    section("counts", counts.map(line)),
  ].filter((text) => text !== "");
  return sections.length > 0 ? sections.join("") : "no difference\n";
}

function section(title: string, lines: readonly string[]): string {
  return lines.length > 0 ? `${title}\n${lines.map((text) => `  ${text}\n`).join("")}` : "";
}

function line({ what, first, second }: Difference): string {
  return `${what}: ${brief(first)} -> ${brief(second)}`;
}

/** A file by its size and the beginning of its hash. */
function brief(value: unknown): string {
  if (value === undefined) return "none";
  const { path, bytes, sha256 } = value as { path?: string; bytes?: number; sha256?: string };
  if (sha256 === undefined) return show(value);
  return `${path ? `${path}, ` : ""}${plural(bytes!, "byte")}, ${sha256.slice(0, 12)}`;
}
