import { scoringOptions } from "../operators/documents/searchDocuments.js";
import type { Ranking } from "../pipelines/index.js";
import { parseOptions } from "../schemas/index.js";
import type { CommandOption, Parsed } from "./command.js";
import { optionValue } from "./unitOptions.js";

/** How documents are scored, as `searchDocuments` has it. */
export const scoringCommandOptions: Readonly<Record<string, CommandOption>> = {
  ...Object.fromEntries(
    Object.entries(scoringOptions.fields).map(([name, { description, jsonSchema }]): [string, CommandOption] => [
      name,
      { type: jsonSchema.type === "boolean" ? "boolean" : "string", value: name.toUpperCase(), description },
    ]),
  ),
  space: {
    type: "string",
    value: "SPACE|RUN",
    description: "A space of LSA: documents are scored by their cosine there, weighed as those that it was made of",
  },
};

/** How documents are to be ranked. */
export function rankingOf(parsed: Parsed): Ranking {
  return { scoring: scoringOf(parsed), space: parsed.text("space") };
}

function scoringOf(parsed: Parsed) {
  const given = Object.entries(scoringOptions.fields).flatMap(([name, field]) => {
    const value = parsed.value(name);
    return value === undefined ? [] : [[name, typeof value === "string" ? optionValue(field, value) : value]];
  });
  return parseOptions({ ...scoringOptions, name: parsed.argv[0]! }, Object.fromEntries(given));
}
