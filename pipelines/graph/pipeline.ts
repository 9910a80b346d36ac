import type { LoadedConfig, PipelineConfig } from "../config/config.js";
import type { ConfigProblem } from "../config/configError.js";
import type { Registry } from "../config/registry.js";
import type { PipelineNode } from "./nodes.js";

export interface Pipeline {
  readonly file: string;
  readonly config: PipelineConfig;
  readonly root: PipelineNode;
  readonly registry: Registry;
  /** Adds line and column of the config to a problem. */
  readonly locate: LoadedConfig["locate"];
  /** Variables of the config that were not set, with its defaults for them. */
  readonly defaulted: ReadonlyMap<string, string>;
  /** What the config may not mean, although it runs. */
  readonly warnings: readonly ConfigProblem[];
  /** Where options that it leaves out are not what the programs that people know take. */
  readonly notes: readonly ConfigProblem[];
}
