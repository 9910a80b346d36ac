import { it } from "vitest";
import { requireSameBytes } from "./killedRuns.js";
import { hangTime, isLong, longTime } from "./supervise.js";

it(
  "ends in the same bytes after SIGKILL, of each network over sequences",
  () => requireSameBytes("networks", "networkKiller.mjs", isLong ? 35 : 5),
  isLong ? longTime : hangTime,
);
