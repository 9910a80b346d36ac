export * from "./kernels/index.js";
export * from "./kinds/index.js";
export * from "./models/index.js";
export * from "./operators/index.js";
export * from "./pipelines/index.js";
export * from "./schemas/index.js";
export * from "./sinks/index.js";
export * from "./sources/index.js";
