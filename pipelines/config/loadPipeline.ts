import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { textFault } from "../../kernels/text/content.js";
import { didYouMean } from "../../schemas/index.js";
import { type CompileOptions, compile } from "../graph/compile.js";
import type { Pipeline } from "../graph/pipeline.js";
import { type LoadedConfig, parseConfig } from "./config.js";
import { ConfigError } from "./configError.js";
import type { ConfigTextOptions } from "./configText.js";
import { loadPlugins, pluginPath } from "./plugins.js";
import { findConfig, readyConfigs } from "./readyConfigs.js";
import { builtIn } from "./registry.js";
import { withFiles } from "./withFiles.js";

export interface PluginOptions {
  /** Load the modules that the config names as `plugins`; a config that has some is refused otherwise, since it is data and they are code. */
  readonly plugins?: boolean;
}

export interface LoadOptions extends ConfigTextOptions, CompileOptions, PluginOptions {
  /** Files, globs and folders, from the current folder, that the source reads in the place of its own; "-" is standard input. */
  readonly files?: readonly string[];
}

/**
 * Reads, checks and joins a config: a file, or a ready config by its name.
 * @throws ConfigError if it cannot be read or something in it is wrong
 */
export async function loadPipeline(nameOrPath: string, options: LoadOptions = {}): Promise<Pipeline> {
  const file = await findConfig(nameOrPath);
  const bytes = await readFile(file).catch(async (error: NodeJS.ErrnoException) => {
    const ready = await readyConfigs();
    const hint = `${didYouMean(nameOrPath, ready)}; ready configs are ${ready.join(", ")}`;
    const message = `the config must be a readable file${error.code === "ENOENT" ? ` or a ready config, got neither${hint}` : `, got ${error.code}`}`;
    throw new ConfigError(file, [{ path: [], message }]);
  });
  const fault = textFault(bytes);
  if (fault) throw new ConfigError(file, [{ path: [], message: `the config ${fault}` }]);
  const loaded = parseConfig(bytes.toString(), file, options);
  return compileWithPlugins(loaded, options);
}

/**
 * Joins a config, with the units of the modules that it names.
 * @throws ConfigError if something in it is wrong, or a module cannot be loaded
 */
export async function compileWithPlugins(
  loaded: LoadedConfig,
  options: CompileOptions & PluginOptions & Pick<LoadOptions, "files">,
): Promise<Pipeline> {
  const { config, file, locate } = loaded;
  const refuse = (message: string): never => {
    throw new ConfigError(file, [locate({ path: ["plugins"], message })]);
  };
  const { plugins } = config;
  if (plugins.length > 0 && !options.plugins)
    refuse(`plugins are code, which runs only with --plugins; got ${plugins.join(", ")}`);
  const paths = plugins.map((path) => pluginPath(dirname(file), path));
  const registry = await loadPlugins(options.registry ?? builtIn, paths).catch(({ message }: Error) => refuse(message));
  return compile(withFiles(loaded, options.files ?? [], registry), { ...options, registry });
}
