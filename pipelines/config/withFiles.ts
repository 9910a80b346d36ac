import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { LoadedConfig } from "./config.js";
import { ConfigError } from "./configError.js";
import type { Registry } from "./registry.js";
import { inputOption, STDIN } from "./trainConfig.js";

/**
 * A config whose source reads other files, or standard input; its other options stay.
 * @throws ConfigError if its source reads no files
 */
export function withFiles(loaded: LoadedConfig, files: readonly string[], { units }: Registry): LoadedConfig {
  if (files.length === 0) return loaded;
  const { config, file, locate, written } = loaded;
  const { source } = config;
  const refuse = (message: string): never => {
    throw new ConfigError(file, [locate({ path: source.path, message })]);
  };
  const unit = units.get(source.unit);
  const option = unit && inputOption(unit);
  if (option === undefined) return refuse(`${source.unit} reads no files, but got ${files.join(" ")}`);
  const isPiped = files.includes(STDIN);
  if (isPiped && files.length > 1) return refuse(`- must be alone, got ${files.join(" ")}`);
  const placed = files.map((path) => (isAbsolute(path) ? path : relative(dirname(file), resolve(path))));
  const { [option]: _, ...others } = source.options;
  const known = Object.keys(units.get("stdin")!.fields);
  const changed = isPiped
    ? {
        ...source,
        unit: "stdin",
        options: Object.fromEntries(Object.entries(others).filter(([each]) => known.includes(each))),
      }
    : { ...source, options: { ...others, [option]: placed } };
  return {
    ...loaded,
    config: { ...config, source: changed },
    isFromOutside: (path) => path.at(2) !== option && loaded.isFromOutside(path),
    written,
    defaulted: new Map(),
  };
}
