import { drawBelow, type RandomStream } from "./random.js";

/** The numbers 0 .. length - 1 in random order: Fisher and Yates, the draw of step i being number i of the stream. */
export function shuffled(length: number, stream: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = drawBelow(stream, i, i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
