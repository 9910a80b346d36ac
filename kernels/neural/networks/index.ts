export * from "./elmo.js";
export * from "./nnlm.js";
export * from "./rnnlm.js";
