import type { PipelineConfig } from "./config.js";
import type { PipelineNode } from "./nodes.js";
import type { Registry } from "./registry.js";

export interface Pipeline {
  readonly file: string;
  readonly config: PipelineConfig;
  readonly root: PipelineNode;
  readonly registry: Registry;
}
