export * from "./classSoftmax.js";
export * from "./frequencyClasses.js";
export * from "./fullSoftmax.js";
export * from "./logUniform.js";
export * from "./outputLayer.js";
export * from "./outputOf.js";
export * from "./sampledSoftmax.js";
