import { neural } from "../kernels/index.js";

/** A network of bench/neural.ts, and the batches that it steps by. bench/neural.py makes the same of PyTorch. */
export interface BenchNetwork {
  readonly make: () => neural.Network;
  readonly rows: number;
  readonly length: number;
  readonly terms: number;
}

const initialRange = 0.05;

export const benchNetworks: Readonly<Record<string, BenchNetwork>> = {
  nnlm: {
    ...{ rows: 16, length: 16, terms: 10000 },
    make: () =>
      neural.nnlm({
        ...{ terms: 10000, contextSize: 4, vectorSize: 100, hiddenSize: 100, direct: false, dropout: 0, initialRange },
      }),
  },
  lstm: {
    ...{ rows: 20, length: 20, terms: 10000 },
    make: () =>
      neural.rnnlm({
        ...{ terms: 10000, vectorSize: 200, hiddenSize: 200, layers: 2, cell: "lstm" },
        ...{ dropout: 0, tied: false, initialRange },
      }),
  },
  wide: {
    ...{ rows: 20, length: 20, terms: 10000 },
    make: () =>
      neural.rnnlm({
        ...{ terms: 10000, vectorSize: 650, hiddenSize: 650, layers: 2, cell: "lstm" },
        ...{ dropout: 0, tied: false, initialRange },
      }),
  },
  gpt: {
    ...{ rows: 8, length: 128, terms: 4000 },
    make: () =>
      neural.gpt({
        ...{ terms: 4000, positions: 128, layers: 4, heads: 4, vectorSize: 128, innerSize: 512 },
        ...{ dropout: 0, activation: "geluTanh", epsilon: 1e-5 },
      }),
  },
};

export function benchBatch({ rows, length, terms }: BenchNetwork, stateSize: number, step: number): neural.StepBatch {
  const places = rows * length;
  return {
    ...{ rows, length, step },
    ids: Uint32Array.from({ length: places }, (_, i) => (7919 * i + 31 * step) % terms),
    targets: Int32Array.from({ length: places }, (_, i) => (104729 * i + 17 * step) % terms),
    lengths: new Uint32Array(rows).fill(length),
    ...(stateSize > 0 && { state: new Float32Array(rows * stateSize) }),
  };
}
