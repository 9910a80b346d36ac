import { type Command, type CommandOption, commonOptions } from "./command.js";

export function generalHelp(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `lexstream ${version}: text flows in, representations of its words flow out`,
    "",
    "Usage: lexstream COMMAND [ARGUMENTS] [OPTIONS]",
    "",
    "Commands:",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "`lexstream COMMAND --help` tells more; `lexstream list` names the sources, operators, models and sinks.",
    "Exit codes: 0 done, 1 the run failed, 2 wrong usage or config, 130 interrupted.",
    "",
  ].join("\n");
}

export function commandHelp({ name, summary, usage, options, examples = [] }: Command): string {
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
