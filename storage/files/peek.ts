/** Looks at the first chunks of a stream (all of them, if they are never enough) without taking them away. */
export async function peek(
  chunks: AsyncIterable<Uint8Array>,
  isEnough: (head: Uint8Array) => boolean,
): Promise<{ head: Uint8Array; all: AsyncGenerator<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let head: Uint8Array = new Uint8Array(0);
  while (!isEnough(head)) {
    const next = await iterator.next();
    if (next.done) break;
    seen.push(next.value);
    head = seen.length === 1 ? next.value : Buffer.concat(seen);
  }
  return { head, all: rejoin(seen, iterator) };
}

async function* rejoin(seen: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* seen.splice(0);
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
