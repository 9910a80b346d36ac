export * from "./queryServer.js";
export * from "./runEndpoints.js";
