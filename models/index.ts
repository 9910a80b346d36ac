export * from "./bm25/bm25.js";
export * from "./documentFrequencies/documentFrequencies.js";
export * from "./fastText/fastText.js";
export * from "./fastTextClassifier/fastTextClassifier.js";
export * from "./glove/glove.js";
export * from "./lsa/lsa.js";
export * from "./ppmiSvd/ppmiSvd.js";
export * from "./word2vec/word2vec.js";
