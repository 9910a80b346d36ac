/** A result that a thread hands over without copying. */
export class Transferred<Result> {
  constructor(
    readonly result: Result,
    readonly buffers: readonly ArrayBuffer[],
  ) {}
}

/**
 * Marks the buffers of a result that move to the receiver instead of being copied; the thread can use them no more.
 *
 * @example
 *   export default (text: string) => {
 *     const ids = new Uint32Array(encode(text));
 *     return transferred({ ids }, [ids.buffer]);
 *   };
 */
export function transferred<Result>(result: Result, buffers: readonly ArrayBuffer[]): Transferred<Result> {
  return new Transferred(result, buffers);
}
