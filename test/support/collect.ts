import type { Observable } from "rxjs";
import { type RunOptions, run } from "#runtime";

/** Every event of a stream, subscribed with flow control in place. */
export async function collect<T>(stream: Observable<T>, options: RunOptions<T> = {}): Promise<T[]> {
  const events: T[] = [];
  await run(stream, {
    ...options,
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  return events;
}
