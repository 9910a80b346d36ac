import { setImmediate } from "node:timers/promises";
import { fromPull } from "#runtime";

/** A source of 0, 1, 2, ... that says how many items were read from it, and how often it was opened and closed. */
export function counting(length = Infinity) {
  const seen = { read: 0, opened: 0, closed: 0 };
  const numbers = fromPull(async function* () {
    seen.opened++;
    try {
      for (let i = 0; i < length; i++) {
        seen.read++;
        yield i;
      }
    } finally {
      seen.closed++;
    }
  });
  return { numbers, seen };
}

/** A few turns of the event loop: long enough for anything that is going to happen at once. */
export async function turns(count = 1): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate();
}
