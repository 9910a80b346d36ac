import { resolve } from "node:path";
import { builtIn, loadPlugins, type Registry } from "../pipelines/index.js";
import { type Parsed, UsageError } from "./command.js";

/**
 * The units and kinds of data that ship, and those of the modules that `--plugin` names.
 * @throws UsageError if one cannot be loaded, or brings nothing that could be used
 */
export async function registryOf(parsed: Parsed): Promise<Registry> {
  const paths = parsed.texts("plugin").map((path) => resolve(path));
  return loadPlugins(builtIn, paths).catch((error: Error) => {
    throw new UsageError(error.message);
  });
}
