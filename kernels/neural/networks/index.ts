export * from "./bert.js";
export * from "./elmo.js";
export * from "./gpt.js";
export * from "./nnlm.js";
export * from "./rnnlm.js";
export * from "./textHead.js";
