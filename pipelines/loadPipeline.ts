import { readFile } from "node:fs/promises";
import { type CompileOptions, compile, type Pipeline } from "./compile.js";
import { parseConfig } from "./config.js";
import { ConfigError, type ConfigTextOptions } from "./configText.js";
import { findConfig } from "./readyConfigs.js";

/**
 * Reads, checks and joins a config: a file, or a ready config by its name.
 * @throws ConfigError if it cannot be read or something in it is wrong
 */
export async function loadPipeline(
  nameOrPath: string,
  options: ConfigTextOptions & CompileOptions = {},
): Promise<Pipeline> {
  const file = await findConfig(nameOrPath);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(file, [{ path: [], message: `the config must be a readable file, got ${error.code}` }]);
  });
  return compile(parseConfig(text, file, options), options);
}
