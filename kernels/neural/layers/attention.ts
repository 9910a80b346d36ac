import type { AttentionOptions } from "../engine.js";
import type { Flow, Tape } from "../tape.js";

/** softmax(q k' / sqrt(d)) v of each head. @param qkv queries, keys and values beside each other (rows x 3D) */
export function attention(tape: Tape, qkv: Flow, options: AttentionOptions): Flow {
  const { engine } = tape;
  const { y, weights } = engine.attention(qkv.tensor, options);
  return tape.made(y, (gradient) => tape.send(qkv, engine.attentionBackward(qkv.tensor, weights, gradient, options)));
}
