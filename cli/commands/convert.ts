import { convertVectors } from "../../pipelines/index.js";
import { plural } from "../../schemas/plural.js";
import { requirePlace } from "../../storage/files/placeFile.js";
import { type Command, forceOption } from "../command.js";

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
    force: forceOption,
  },
  examples: ["lexstream convert runs/word2vec/vectors.arrow vectors.bin"],
  run: async (parsed, io) => {
    const [from, to] = parsed.positionals;
    requirePlace(to!, parsed.flag("force"));
    const { terms, vectorSize } = await convertVectors(from!, to!, parsed.text("format"));
    io.out(`wrote ${to}: ${plural(terms.length, "term")} x ${vectorSize}\n`);
    return 0;
  },
};
