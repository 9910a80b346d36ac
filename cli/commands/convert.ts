import { printableLine } from "../../kernels/text/printable.js";
import {
  type ConvertOptions,
  convertClassifier,
  convertVectors,
  fileOfRun,
  holdsClassifier,
} from "../../pipelines/index.js";
import { plural } from "../../schemas/plural.js";
import { requirePlace } from "../../storage/files/placeFile.js";
import { type Command, forceOption, type Io, UsageError } from "../command.js";

export const convert: Command = {
  name: "convert",
  usage: "IN|RUN OUT [--terms FILE] [--format NAME]",
  positionals: [2, 2],
  options: {
    format: {
      type: "string",
      value: "NAME",
      description: "Format of OUT (default: by its ending); see lexstream list writeVectors, writeClassifier",
    },
    terms: {
      type: "string",
      value: "FILE",
      description: "Terms to write, one a line; where IN has subwords, also those that it has no row of",
    },
    force: forceOption,
  },
  examples: [
    "lexstream convert runs/word2vec/vectors.arrow vectors.bin",
    "lexstream convert cc.zh.300.bin small.vec --terms words.txt",
    "lexstream convert runs/fastTextClassifier model.bin",
  ],
  run: async (parsed, io) => {
    const [from, to] = parsed.positionals as [string, string];
    requirePlace(to, parsed.flag("force"));
    const options = { format: parsed.text("format"), terms: parsed.text("terms") };
    const file = fileOfRun(from, "vectors", "classifier");
    const written = (await holdsClassifier(file))
      ? await classifier(file, to, options, io)
      : await vectors(file, to, options);
    io.out(`wrote ${to}: ${written}\n`);
    return 0;
  },
};

async function vectors(from: string, to: string, options: ConvertOptions): Promise<string> {
  const { terms, vectorSize, without } = await convertVectors(from, to, options);
  const rest = without > 0 ? `, ${without} of ${options.terms} without vectors` : "";
  return `${plural(terms, "term")} x ${vectorSize}${rest}`;
}

async function classifier(from: string, to: string, { format, terms }: ConvertOptions, io: Io): Promise<string> {
  if (terms !== undefined) throw new UsageError(`convert: --terms must go with vectors, got the classifier ${from}`);
  const onNote = (line: string) => io.stderr.write(`warning: ${printableLine(line)}\n`);
  const { labels, terms: known } = await convertClassifier(from, to, { format, signal: io.signal, onNote });
  return `${plural(labels.length, "label")}, ${plural(known.length, "term")}`;
}
