export * from "./files.js";
export * from "./fromPull.js";
export * from "./fromTexts.js";
export * from "./hashFile.js";
export * from "./http.js";
export { type InputFile, listFiles } from "./listFiles.js";
export * from "./nats.js";
export * from "./stdin.js";
export * from "./tail.js";
