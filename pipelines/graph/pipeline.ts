import type { PipelineConfig } from "../config/config.js";
import type { Registry } from "../config/registry.js";
import type { PipelineNode } from "./nodes.js";

export interface Pipeline {
  readonly file: string;
  readonly config: PipelineConfig;
  readonly root: PipelineNode;
  readonly registry: Registry;
}
