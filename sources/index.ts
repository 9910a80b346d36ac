export { type InputFile, listFiles } from "./documents/listFiles.js";
export * from "./files.js";
export * from "./fromTexts.js";
export * from "./http.js";
export * from "./nats.js";
export * from "./sse.js";
export * from "./stdin.js";
export * from "./tail.js";
export * from "./websocket.js";
