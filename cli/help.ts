import { type Command, type CommandOption, commonOptions } from "./command.js";

export function generalHelp(commands: Readonly<Record<string, { readonly summary: string }>>, version: string): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  return [
    `lexstream ${version}: text flows in, representations of its words flow out`,
    "",
    "Usage: lexstream COMMAND [ARGUMENTS] [OPTIONS]",
    "",
    "Commands:",
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "`lexstream COMMAND --help` tells more; `lexstream list` names the sources, operators, models and sinks.",
    "Exit codes: 0 done, 1 the run failed, 2 wrong usage or config, 130 interrupted.",
    "",
  ].join("\n");
}

/** @param listed what the command is told by where it does not say so itself */
export function commandHelp(command: Command, listed: string): string {
  const { name, summary = listed, usage, options, examples = [] } = command;
  const rows = Object.entries({ ...options, ...commonOptions }).map(([option, spec]) => [
    optionText(option, spec),
    spec.description,
  ]);
  const width = Math.max(...rows.map(([left]) => left!.length));
  return [
    summary,
    "",
    `Usage: lexstream ${name} ${usage}`,
    "",
    "Options:",
    ...rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`),
    ...(examples.length > 0 ? ["", "Examples:", ...examples.map((example) => `  ${example}`)] : []),
    "",
  ].join("\n");
}

function optionText(name: string, { short, type, value = "VALUE", bare, multiple }: CommandOption): string {
  const argument = type === "boolean" ? "" : ` ${bare === undefined ? value : `[${value}]`}`;
  return `${short ? `-${short}, ` : ""}--${name}${argument}${multiple ? " ..." : ""}`;
}
