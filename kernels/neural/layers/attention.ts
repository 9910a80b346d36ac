import type { AttentionOptions, Tensor } from "../engine.js";
import type { Flow, Tape } from "../tape.js";

/** Is given the weights of a layer's attention (heads x rows x positions). */
export type WeightKeeper = (weights: Tensor) => void;

/** softmax(q k' / sqrt(d)) v of each head. @param qkv queries, keys and values beside each other (rows x 3D) */
export function attention(tape: Tape, qkv: Flow, options: AttentionOptions, keep?: WeightKeeper): Flow {
  const { engine } = tape;
  const { y, weights } = engine.attention(qkv.tensor, options);
  keep?.(weights);
  return tape.made(y, (gradient) => tape.send(qkv, engine.attentionBackward(qkv.tensor, weights, gradient, options)));
}
