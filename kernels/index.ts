export * from "./asyncStage.js";
export * from "./compareCodePoints.js";
export * from "./flow.js";
export * from "./hanSegmenter.js";
export * from "./ledger.js";
export * from "./random.js";
export * from "./vectors.js";
export * from "./vocabulary.js";
