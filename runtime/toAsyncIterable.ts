import type { Observable } from "rxjs";
import { drain } from "./drain.js";
import { type RunOptions, run } from "./run.js";

/**
 * A stream as something for `for await`: the source reads on only when the next item is asked for. Leaving the loop unsubscribes.
 *
 * In: any stream. Out: its items. State: one item. An error of the stream is thrown by the loop.
 * @example
 *   for await (const batch of toAsyncIterable(files({ paths: "corpus.txt" }).pipe(tokenize()))) await send(batch.ids);
 */
export async function* toAsyncIterable<T>(
  stream: Observable<T>,
  options: Omit<RunOptions<T>, "onEvent"> = {},
): AsyncGenerator<T, void, undefined> {
  const left = new AbortController();
  const signal = options.signal ? AbortSignal.any([left.signal, options.signal]) : left.signal;
  let item: { readonly value: T; readonly taken: () => void } | undefined;
  let isOver = false;
  let changed = () => {};
  const offer = (value: T) =>
    new Promise<void>((taken) => {
      item = { value, taken };
      changed();
    });
  const over = run(stream.pipe(drain(offer)), { ...options, signal }).finally(() => {
    isOver = true;
    changed();
  });
  over.catch(() => {}); // it is thrown below, once the loop gets there
  try {
    for (;;) {
      while (!item && !isOver)
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      if (!item) break;
      const { value, taken } = item;
      yield value;
      item = undefined;
      taken();
    }
    await over;
  } finally {
    left.abort();
    item?.taken();
    await over.catch(() => {});
  }
}
