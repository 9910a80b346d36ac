import { mkdirSync, readdirSync, readlinkSync } from "node:fs";
import { peakMiB } from "../support/peakMiB.mjs";
import { randomBelow } from "./random.mjs";

/** A script of cases is run as `node SCRIPT FOLDER FROM TO`; its folder is empty at first. */
export const folder = process.argv[2];
const [from, to] = process.argv.slice(3).map(Number);
mkdirSync(folder, { recursive: true });

/** Prints what came of each case as a JSON line, with the files that it left open and the memory that was needed. Case n is the same in every run. */
export async function eachCase(one) {
  for (let n = from; n < to; n++) {
    const found = await one(n, randomBelow(n));
    console.log(JSON.stringify({ n, ...found, leftOpen: openFiles(), peakMiB: peakMiB() }));
  }
}

/** Files of the folder that are still open, where the system tells. */
function openFiles() {
  try {
    return readdirSync("/proc/self/fd")
      .map(targetOf)
      .filter((path) => path.startsWith(folder));
  } catch {
    return [];
  }
}

function targetOf(descriptor) {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return ""; // the one that listed them
  }
}
