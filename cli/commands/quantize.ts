import { extname } from "node:path";
import { printableLine } from "../../kernels/text/printable.js";
import { quantizeFile } from "../../pipelines/index.js";
import { bytesOf } from "../../schemas/fields.js";
import { requirePlace } from "../../storage/files/placeFile.js";
import { type Command, forceOption, type Parsed, UsageError } from "../command.js";

export const quantize: Command = {
  name: "quantize",
  usage: "CLASSIFIER|RUN -o OUT.ftz [--max-size SIZE | --cutoff N]",
  positionals: [1, 1],
  options: {
    out: { type: "string", short: "o", value: "OUT.ftz", description: "File to write" },
    "max-size": { type: "string", value: "SIZE", description: "The most that the file may have, such as 1MB" },
    cutoff: { type: "string", value: "N", description: "How many terms and buckets to keep at most (default: all)" },
    "piece-size": { type: "string", value: "N", description: "Columns that share a byte (default 2)" },
    seed: { type: "string", value: "N", description: "Seed of the draws (default 1)" },
    force: forceOption,
  },
  examples: ["lexstream quantize runs/fastTextClassifier -o small.ftz --max-size 1MB"],
  run: async (parsed, io) => {
    const out = parsed.text("out");
    if (out === undefined || extname(out) !== ".ftz")
      throw new UsageError(`quantize: --out must be a file named .ftz, got ${out ?? "none"}`);
    requirePlace(out, parsed.flag("force"));
    await quantizeFile(parsed.positionals[0]!, {
      out,
      ...limit(parsed),
      pieceSize: parsed.integer("piece-size", 1),
      seed: parsed.integer("seed", 0),
      signal: io.signal,
      onNote: (line) => io.stderr.write(`warning: ${printableLine(line)}\n`),
      onPlan: ({ bytes, kept, rows }) => io.out(`${out}: ${bytes} bytes, ${kept} of ${rows} terms and buckets\n`),
    });
    return 0;
  },
};

function limit(parsed: Parsed): { maxSize?: number; cutoff?: number } {
  const [size, cutoff] = [parsed.text("max-size"), parsed.integer("cutoff", 1)];
  if (size !== undefined && cutoff !== undefined)
    throw new UsageError("quantize: either --max-size or --cutoff must be given, got both");
  if (cutoff !== undefined) return { cutoff };
  if (size === undefined) return {};
  const maxSize = bytesOf(size);
  if (!(maxSize >= 1)) throw new UsageError(`quantize: --max-size must be bytes such as 1MB, got ${size}`);
  return { maxSize };
}
