export * from "./glove.js";
export * from "./word2vec.js";
