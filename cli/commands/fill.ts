import { builtIn, fillMasks, loadLanguageModel, openMaskedModel } from "../../pipelines/index.js";
import { type Command, countNames, jsonOption } from "../command.js";
import { textTable } from "../textTable.js";

export const fill: Command = {
  name: "fill",
  usage: "MODEL|RUN TEXT [-k N]",
  positionals: [2, 2],
  options: {
    k: { type: "string", short: "k", aliases: countNames, value: "N", description: "How many terms (default 5)" },
    json: jsonOption,
  },
  examples: ['lexstream fill runs/bert "the [MASK] sat on the mat"'],
  run: async (parsed, io) => {
    const [path, text] = parsed.positionals as [string, string];
    const open = await openMaskedModel("fill", await loadLanguageModel(path), builtIn);
    const masks = await fillMasks("fill", open, text, parsed.integer("k", 1) ?? 5);
    if (parsed.flag("json")) io.out(`${JSON.stringify(masks)}\n`);
    else io.out(masks.map(listed).join("\n"));
    return 0;
  },
};

/** The terms of one place, the most probable first. */
function listed(terms: Awaited<ReturnType<typeof fillMasks>>[number]): string {
  return `${textTable(terms.map(({ term, probability, text }) => [probability.toFixed(4), term, text]))}\n`;
}
