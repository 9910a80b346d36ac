export * from "./nnlm.js";
export * from "./rnnlm.js";
