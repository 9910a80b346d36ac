export * from "./queryServer.js";
