export * from "./glove.js";
