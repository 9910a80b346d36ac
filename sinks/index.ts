export * from "./drain.js";
