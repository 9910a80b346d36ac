import { existsSync } from "node:fs";
import { printableLine } from "../../kernels/text/printable.js";
import { builtIn, type ClassifiedText, classifyTexts } from "../../pipelines/index.js";
import { type Command, type CommandOption, type Io, jsonOption, type Parsed, UsageError } from "../command.js";
import { optionValue } from "../unitOptions.js";

const STDIN = "-";

/** How files of texts are read: options of the source. */
export const readingOptions: Readonly<Record<string, CommandOption>> = {
  format: {
    type: "string",
    value: "FORMAT",
    description: "What a text is: lines, labelled, csv, tsv, jsonl, parquet, ... (default: by content and name)",
  },
  field: { type: "string", value: "NAME|N", description: "Where a record holds the text" },
};

/** How files of texts with labels are read, options of the source but for the last, and cut. */
export const textOptions: Readonly<Record<string, CommandOption>> = {
  ...readingOptions,
  labels: { type: "string", value: "NAME|N", description: "Where a record holds its labels" },
  "label-separator": { type: "string", value: "TEXT", description: "What separates several labels" },
  "label-prefix": {
    type: "string",
    value: "TEXT",
    description: "How a label begins, in labelled text and in a model of fastText's",
  },
  steps: {
    type: "string",
    value: "CONFIG|CLASSIFIER|RUN",
    description:
      "Whose steps cut the texts (default: those of the classifier; for a file of fastText's, at white space)",
  },
};

/** How the texts are classified besides, as those options say. */
export function textRequest(parsed: Parsed, io: Io) {
  return {
    steps: parsed.text("steps"),
    labelPrefix: parsed.text("label-prefix"),
    signal: io.signal,
    onNote: (line: string) => io.stderr.write(`note: ${printableLine(line)}\n`),
  };
}

/** The source that reads FILE, or standard input, and its options. */
export function textSource(parsed: Parsed, file: string) {
  const source = file === STDIN ? ("stdin" as const) : ("files" as const);
  if (source === "files" && !existsSync(file))
    throw new UsageError(`${parsed.argv[0]}: ${file} must be a file, got nothing there`);
  const { fields } = builtIn.units.get(source)!;
  const given = Object.keys(textOptions).flatMap((name) => {
    if (name === "steps") return [];
    const value = parsed.text(name);
    const option = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return value === undefined ? [] : [[option, optionValue(fields[option]!, value)] as const];
  });
  const paths = source === "files" ? { paths: file } : {};
  return { source, options: { ...paths, ...Object.fromEntries(given) } };
}

export const classify: Command = {
  name: "classify",
  usage: "CLASSIFIER|RUN [FILE|-] [-k N] [--threshold P]",
  positionals: [1, 2],
  options: {
    k: { type: "string", short: "k", value: "N", description: "How many labels at most (default 1)" },
    threshold: { type: "string", value: "P", description: "The least probability of a label that is told (default 0)" },
    explain: { type: "boolean", description: "Tell which features decided" },
    workers: {
      type: "string",
      value: "N",
      description: "How many threads classify beside the one that reads, the same answers at any number (default 0)",
    },
    ...textOptions,
    json: jsonOption,
  },
  examples: [
    "lexstream classify runs/fastTextClassifier questions.txt -k 3",
    "echo 'how to peel garlic' | lexstream classify classifier.arrow --explain",
  ],
  run: async (parsed, io) => {
    const [model, file = STDIN] = parsed.positionals;
    const threshold = Number(parsed.text("threshold") ?? 0);
    if (!(threshold >= 0 && threshold <= 1))
      throw new UsageError(`classify: --threshold must be a number in 0 .. 1, got ${parsed.text("threshold")}`);
    const { source, options } = textSource(parsed, file);
    const isJson = parsed.flag("json");
    await classifyTexts(model!, {
      source,
      options: { ...(source === "stdin" || file.endsWith(".txt") ? { format: "lines" } : {}), ...options },
      k: parsed.integer("k", 1) ?? 1,
      threshold,
      workers: parsed.integer("workers", 0) ?? 0,
      ...(parsed.flag("explain") ? { reasons: 10 } : {}),
      ...textRequest(parsed, io),
      onTexts: (texts) => io.out(texts.map(isJson ? (text) => `${JSON.stringify(text)}\n` : lines).join("")),
    });
    return 0;
  },
};

/** The labels in one line, an empty one for a text without a known word; then what decided. */
function lines({ predicted, explanation }: ClassifiedText): string {
  const labels = predicted.map(({ label, probability }) => `${printableLine(label)} ${probability.toFixed(4)}`);
  const told = explanation
    ? [
        `  against ${printableLine(explanation.against)}:`,
        ...explanation.reasons.map(
          ({ feature, weight }) => `  ${weight >= 0 ? "+" : ""}${weight.toFixed(3)}  ${printableLine(feature)}`,
        ),
      ]
    : [];
  return `${[labels.join("  "), ...told].join("\n")}\n`;
}
