/** Where in a config something stands: keys and list indices from the top. */
export type ConfigPath = readonly (string | number)[];

export interface ConfigProblem {
  readonly path: ConfigPath;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** A config that lint or the parser refused: the command line answers with exit code 2. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(
    readonly file: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    super(problems.map((problem) => formatProblem(file, problem)).join("\n"));
  }
}

/** `wiki.yaml:12:5: /steps/2/windowContexts: unknown option "window"; known options are windowSize` */
export function formatProblem(file: string, { path, message, line, column }: ConfigProblem): string {
  const position = line === undefined ? "" : `:${line}:${column}`;
  const place = path.length > 0 ? `/${path.join("/")}: ` : "";
  return `${file}${position}: ${place}${message}`;
}
