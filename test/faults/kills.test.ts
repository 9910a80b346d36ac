import { expect, it } from "vitest";
import { requireSameBytes } from "./killedRuns.js";
import { hangTime, isLong, longTime } from "./supervise.js";

it(
  "ends in the same bytes after SIGKILL at random places behind a checkpoint",
  async () => {
    const kills = await requireSameBytes("kills", "killer.mjs", isLong ? 110 : 2);
    expect(kills).toBeGreaterThanOrEqual(isLong ? 200 : 2);
  },
  isLong ? longTime : hangTime,
);
