import type { AttentionOptions } from "../engine.js";
import { attentionSizes, requireShape } from "../shapes.js";
import type { WasmCore, WasmIndices, WasmTensor } from "./core.js";

/** `weights` (heads x rows x positions): how much each position looks at those of its sequence. */
export function attention(core: WasmCore, qkv: WasmTensor, options: AttentionOptions) {
  const { rows, positions, width, heads, size } = sizesOf(core, "attention", qkv, options);
  const [y, weights] = [core.tensor([rows, width]), core.tensor([heads, rows, positions])];
  core.scope(() => {
    const { packed, scratch } = scratchOf(core, positions, size);
    for (const { known, row, weightRow } of sequencesOf(core, positions, options)) {
      const [from, to] = [qkv.at + 12 * row * width, y.at + 4 * row * width];
      const sizes = [positions, known, width, heads] as const;
      const causal = options.causal ? 1 : 0;
      core.kernel.attend(from, to, weights.at + weightRow, 4 * rows * positions, ...sizes, causal, packed, scratch);
    }
  });
  return { y, weights };
}

export function attentionBackward(
  core: WasmCore,
  qkv: WasmTensor,
  weights: WasmTensor,
  gradient: WasmTensor,
  options: AttentionOptions,
): WasmTensor {
  const { rows, positions, width, heads, size } = sizesOf(core, "attentionBackward", qkv, options);
  requireShape("attentionBackward", "gradient", gradient, [rows, width]);
  const back = core.tensor(qkv.shape);
  core.scope(() => {
    const inner = core.arena.allocate(4 * positions * positions);
    const { packed, scratch } = scratchOf(core, positions, size);
    for (const { known, row, weightRow } of sequencesOf(core, positions, options)) {
      const from = [qkv.at + 12 * row * width, weights.at + weightRow, 4 * rows * positions] as const;
      const to = [gradient.at + 4 * row * width, back.at + 12 * row * width] as const;
      const sizes = [positions, known, width, heads] as const;
      const causal = options.causal ? 1 : 0;
      core.kernel.attendBackward(...from, ...to, ...sizes, causal, inner, packed, scratch);
    }
  });
  return back;
}

/** For products by matrices of positions x size, and of size x positions. */
function scratchOf({ arena, kernel }: WasmCore, positions: number, size: number) {
  const packed = arena.allocate(Math.max(kernel.packedBytes(positions, size), kernel.packedBytes(size, positions)));
  return { packed, scratch: arena.allocate(kernel.scratchBytes(positions, Math.max(positions, size))) };
}

function sizesOf(core: WasmCore, operation: string, qkv: WasmTensor, options: AttentionOptions) {
  return attentionSizes(operation, qkv, options, heldOf(core, options));
}

function heldOf(core: WasmCore, { lengths }: AttentionOptions): Int32Array | undefined {
  return lengths && core.integers((lengths as WasmIndices).at, lengths.length);
}

/** The first row of each sequence, where its weights begin, and how many of its positions hold a token. */
function sequencesOf(core: WasmCore, positions: number, options: AttentionOptions) {
  const held = heldOf(core, options);
  return Array.from({ length: options.sequences }, (_, n) => ({
    known: held?.[n] ?? positions,
    row: n * positions,
    weightRow: 4 * n * positions * positions,
  }));
}
