/**
 * The states with which the rows of a batch begin: of rows that go on those behind the same rows of the batch before, zeros for others.
 * @param continues 1 where a row goes on (B,)
 * @param before of each row (B x size)
 */
export function carriedStates(continues: Uint8Array, before: Float32Array, size: number): Float32Array {
  const states = new Float32Array(continues.length * size);
  continues.forEach((goesOn, row) => {
    if (goesOn) states.set(before.subarray(row * size, (row + 1) * size), row * size);
  });
  return states;
}
