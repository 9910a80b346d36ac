export * from "./bert.js";
export * from "./gpt.js";
export * from "./nnlm.js";
export * from "./rnnlm.js";
