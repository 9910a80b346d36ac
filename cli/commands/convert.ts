import { convertVectors } from "../../pipelines/index.js";
import { plural } from "../../schemas/plural.js";
import { requirePlace } from "../../storage/files/placeFile.js";
import { type Command, forceOption } from "../command.js";

export const convert: Command = {
  name: "convert",
  summary: "Write vectors in another format",
  usage: "IN|RUN OUT [--terms FILE] [--format NAME]",
  positionals: [2, 2],
  options: {
    format: {
      type: "string",
      value: "NAME",
      description: "Format of OUT (default: by its ending); see lexstream list writeVectors",
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
  ],
  run: async (parsed, io) => {
    const [from, to] = parsed.positionals;
    requirePlace(to!, parsed.flag("force"));
    const { terms, vectorSize, without } = await convertVectors(from!, to!, {
      format: parsed.text("format"),
      terms: parsed.text("terms"),
    });
    const rest = without > 0 ? `, ${without} of ${parsed.text("terms")} without vectors` : "";
    io.out(`wrote ${to}: ${plural(terms, "term")} x ${vectorSize}${rest}\n`);
    return 0;
  },
};
