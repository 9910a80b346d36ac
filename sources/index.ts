export * from "./fromPull.js";
