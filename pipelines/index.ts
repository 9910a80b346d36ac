export * from "./run.js";
export * from "./toAsyncIterable.js";
