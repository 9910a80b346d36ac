import "@tensorflow/tfjs-backend-cpu";
import * as core from "@tensorflow/tfjs-core";

await core.setBackend("cpu");

export const { memory, profile } = core;
