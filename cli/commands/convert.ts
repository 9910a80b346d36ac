import { convertVectors } from "../../pipelines/index.js";
import { plural } from "../../schemas/plural.js";
import type { Command } from "../command.js";

export const convert: Command = {
  name: "convert",
  summary: "Write vectors in another format",
  usage: "IN|RUN OUT [--format NAME]",
  positionals: [2, 2],
  options: {
    format: {
      type: "string",
      value: "NAME",
      description: "Format of OUT (default: by its ending); see lexstream list writeVectors",
    },
  },
  examples: ["lexstream convert runs/word2vec/vectors.arrow vectors.bin"],
  run: async (parsed, io) => {
    const [from, to] = parsed.positionals;
    const { terms, vectorSize } = await convertVectors(from!, to!, parsed.text("format"));
    io.out(`wrote ${to}: ${plural(terms.length, "term")} x ${vectorSize}\n`);
    return 0;
  },
};
