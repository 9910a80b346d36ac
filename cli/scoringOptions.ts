import { scoringOptions } from "../operators/documents/searchDocuments.js";
import { parseOptions } from "../schemas/index.js";
import type { CommandOption, Parsed } from "./command.js";
import { optionValue } from "./unitOptions.js";

/** How documents are scored, as `searchDocuments` has it. */
export const scoringCommandOptions: Readonly<Record<string, CommandOption>> = Object.fromEntries(
  Object.entries(scoringOptions.fields).map(([name, { description, jsonSchema }]) => [
    name,
    { type: jsonSchema.type === "boolean" ? "boolean" : "string", value: name.toUpperCase(), description },
  ]),
);

/** The scoring that is asked for. */
export function scoringOf(parsed: Parsed) {
  const given = Object.entries(scoringOptions.fields).flatMap(([name, field]) => {
    const value = parsed.value(name);
    return value === undefined ? [] : [[name, typeof value === "string" ? optionValue(field, value) : value]];
  });
  return parseOptions({ ...scoringOptions, name: parsed.argv[0]! }, Object.fromEntries(given));
}
