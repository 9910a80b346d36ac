import { fineTunePairsOptions } from "../../models/fineTune/fineTunePairs.js";
import { builtIn, learnWordInContext } from "../../pipelines/index.js";
import { type AnyUnit, plural } from "../../schemas/index.js";
import { requirePlace } from "../../storage/files/placeFile.js";
import { type Command, forceOption, type Parsed, UsageError } from "../command.js";
import { commandOptions, optionValue, unitOptions } from "../unitOptions.js";

const ownOptions: Command["options"] = {
  model: { type: "string", value: "MODEL|RUN", description: "The language model below" },
  out: { type: "string", short: "o", value: "OUT.arrow", description: "File to write: .arrow or .parquet" },
  force: forceOption,
};

const asUnit: AnyUnit = { ...builtIn.units.get("fineTune")!, ...fineTunePairsOptions };
const learningOptions = unitOptions([asUnit], Object.keys(ownOptions));

export const wordInContext: Command = {
  name: "word-in-context",
  usage: "PAIRS --model MODEL|RUN -o OUT.arrow [--OPTION VALUE]...",
  positionals: [1, 1],
  options: { ...ownOptions, ...commandOptions(learningOptions, ({ field }) => field.default) },
  examples: [
    "lexstream word-in-context train.tsv --model runs/bert -o same-sense.arrow",
    "lexstream eval same-sense.arrow --word-in-context dev.tsv",
  ],
  run: async (parsed, io) => {
    const [model, out] = [parsed.text("model"), parsed.text("out")];
    if (model === undefined) throw new UsageError("word-in-context: --model must name a language model, got none");
    if (out === undefined || !/\.(arrow|parquet)$/.test(out))
      throw new UsageError(`word-in-context: --out must be a file named .arrow or .parquet, got ${out ?? "none"}`);
    requirePlace(out, parsed.flag("force"));
    const { pairs, withoutWords } = await learnWordInContext("word-in-context", {
      ...{ file: parsed.positionals[0]!, model, out, options: givenOptions(parsed), signal: io.signal },
      onPass: (epoch, loss, heldOutLoss) =>
        io.out(
          `epoch ${epoch}: loss ${loss.toFixed(4)}${heldOutLoss === undefined ? "" : `, held-out ${heldOutLoss.toFixed(4)}`}\n`,
        ),
    });
    if (withoutWords > 0)
      io.stderr.write(`note: ${plural(withoutWords, "pair")} left out, of words that the model knows nothing of\n`);
    io.out(`wrote ${out}: learned from ${plural(pairs, "pair")}\n`);
    return 0;
  },
};

function givenOptions(parsed: Parsed): Readonly<Record<string, unknown>> {
  const given = [...learningOptions].flatMap(([name, { option, field }]) => {
    const value = parsed.value(name);
    return value === undefined ? [] : [[option, optionValue(field, value)] as const];
  });
  return Object.fromEntries(given);
}
