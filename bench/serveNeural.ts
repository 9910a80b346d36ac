/** A thread of bench/neural.ts. */
import { serveNetwork } from "../models/index.js";
import { benchNetworks } from "./neuralNetworks.js";

serveNetwork((name: string) => benchNetworks[name]!.make());
