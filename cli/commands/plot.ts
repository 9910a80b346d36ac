import { drawLosses, lossPanels } from "../../pipelines/index.js";
import { requirePlace } from "../../storage/files/placeFile.js";
import { type Command, forceOption, type Io, jsonOption } from "../command.js";
import { lossPlot } from "../lossPlot.js";

const COLUMNS = 80;

export const plot: Command = {
  name: "plot",
  usage: "RUN... [-o FILE.svg|FILE.html]",
  positionals: [1, Number.POSITIVE_INFINITY],
  options: {
    output: {
      type: "string",
      short: "o",
      value: "FILE",
      description: "Write a drawing (.svg) or a page (.html) instead",
    },
    force: forceOption,
    json: jsonOption,
  },
  examples: ["lexstream plot runs/quickstart", "lexstream plot runs/monday runs/tuesday -o losses.html"],
  run: async (parsed, io) => {
    const output = parsed.text("output");
    if (output !== undefined) requirePlace(output, parsed.flag("force"));
    const panels = await lossPanels(parsed.positionals);
    if (output !== undefined) await drawLosses(panels, output);
    if (parsed.flag("json")) io.out(`${JSON.stringify(panels)}\n`);
    else io.out(output === undefined ? lossPlot(panels, columnsOf(io)) : `wrote ${output}\n`);
    return 0;
  },
};

/** Of the terminal, which COLUMNS overrules. */
const columnsOf = ({ env, stderr }: Io): number => Number(env.COLUMNS) || stderr.columns || COLUMNS;
