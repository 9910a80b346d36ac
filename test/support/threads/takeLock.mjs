// Takes the lock of a folder, makes sure to be alone in it, and lets go, or dies with the lock in hand.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { RunLock } from "#pipelines";

const [folder, end] = process.argv.slice(2);
const inside = join(folder, "inside");
for (let lock; !lock; ) {
  try {
    lock = RunLock.take(folder);
  } catch (error) {
    if (!error.message.includes("one run at a time")) throw error;
    await setTimeout(1);
    continue;
  }
  writeFileSync(inside, "", { flag: "wx" }); // fails if another one is inside
  await setTimeout(2);
  rmSync(inside);
  if (end === "die") process.kill(process.pid, "SIGKILL");
  lock.release();
}
