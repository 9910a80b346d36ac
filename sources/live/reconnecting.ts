import { setTimeout as wait } from "node:timers/promises";
import { type Duration, duration, millisecondsOf } from "../../schemas/fields.js";
import { requireAtMost } from "../../schemas/requireAtMost.js";
import type { Live } from "./liveSource.js";

/** The options of sources that connect again. */
export const reconnectFields = {
  reconnectAfter: duration({
    description: "How long to wait before connecting again; twice as long after each time that nothing came",
    default: "1s",
  }),
  maxReconnectWait: duration({ description: "How long to wait at most before connecting again", default: "1min" }),
} as const;

interface ReconnectSettings {
  readonly reconnectAfter: Duration;
  readonly maxReconnectWait: Duration;
}

/** @throws RangeError if the first wait is longer than any may be */
export function checkWaits(who: string, options: ReconnectSettings): void {
  requireAtMost(who, options, ["reconnectAfter", "maxReconnectWait"], millisecondsOf);
}

/** A connection could not be made, or was lost, but may be made again. */
export class ConnectionLost extends Error {}

interface Reconnecting<T> {
  /** What comes over a new connection; undefined if nothing more ever comes. Both may fail with ConnectionLost. */
  readonly connect: () => Promise<AsyncIterable<T> | undefined>;
  /** Milliseconds before the first attempt to connect again, if it is not `reconnectAfter`. */
  readonly firstWait?: () => number;
}

/**
 * What comes over one connection after the other, until the signal aborts. The waits between them double until something comes.
 * Counts `lostConnections`.
 * @throws the first attempt's error, and later ones that are no ConnectionLost
 */
export async function* reconnecting<T>(
  { reconnectAfter, maxReconnectWait }: ReconnectSettings,
  { draft, signal }: Pick<Live<unknown>, "draft" | "signal">,
  { connect, firstWait = () => millisecondsOf(reconnectAfter) }: Reconnecting<T>,
): AsyncGenerator<T> {
  const maxWait = millisecondsOf(maxReconnectWait);
  let hasConnected = false;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const items = await connect();
      if (!items) return;
      hasConnected = true;
      for await (const item of items) {
        failures = 0;
        yield item;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!hasConnected || !(error instanceof ConnectionLost)) throw error;
    }
    if (signal.aborted) return;
    draft.ledger.add("lostConnections", 1);
    await wait(Math.min(maxWait, firstWait() * 2 ** failures++), undefined, { signal }).catch(() => {});
  }
}
