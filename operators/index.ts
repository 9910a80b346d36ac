export * from "./chineseDictionary.js";
export * from "./guard.js";
export * from "./inWorkers.js";
export * from "./mapAsync.js";
export * from "./normalize.js";
export * from "./splitSentences.js";
export * from "./tee.js";
export * from "./tokenize.js";
