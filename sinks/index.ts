export * from "./drain.js";
export * from "./writeCooccurrence.js";
export * from "./writeIds.js";
export * from "./writePairs.js";
export * from "./writeThrough.js";
export * from "./writeVectors.js";
export * from "./writeVocabulary.js";
