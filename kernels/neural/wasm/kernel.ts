/** What `kernels/assembly/neural.ts` exports. Addresses and steps are in bytes, truth values 0 and 1. */
export interface NeuralKernel {
  fuses(x: number): number;
  /** 192 bytes of scratch. */
  readonly edge: { value: number };

  packedBytes(k: number, n: number): number;
  scratchBytes(m: number, k: number): number;
  packColumns(b: number, rowStep: number, columnStep: number, k: number, n: number, packed: number): void;
  multiply(
    a: number,
    rowStep: number,
    columnStep: number,
    packed: number,
    c: number,
    cStep: number,
    m: number,
    k: number,
    n: number,
    adds: number,
    scratch: number,
  ): void;

  add(a: number, b: number, out: number, count: number): void;
  multiplyNumbers(a: number, b: number, out: number, count: number): void;
  scale(a: number, factor: number, out: number, count: number): void;
  activate(kind: number, x: number, out: number, count: number): void;
  activateBackward(kind: number, x: number, y: number, gradient: number, out: number, count: number): void;
  dropout(
    x: number,
    out: number,
    count: number,
    first: number,
    threshold: number,
    kept: number,
    key0: number,
    key1: number,
  ): void;

  addToRows(a: number, vector: number, out: number, rows: number, columns: number): void;
  addRowsTo(a: number, out: number, rows: number, columns: number): void;
  copyRows(from: number, fromStep: number, to: number, toStep: number, rows: number, bytes: number): void;
  gather(table: number, ids: number, out: number, count: number, columns: number): void;
  scatter(table: number, ids: number, from: number, count: number, columns: number): void;
  layerNorm(
    x: number,
    gain: number,
    bias: number,
    epsilon: number,
    out: number,
    kept: number,
    rows: number,
    columns: number,
  ): void;
  layerNormBackward(
    x: number,
    gain: number,
    kept: number,
    gradient: number,
    out: number,
    gainGradient: number,
    biasGradient: number,
    rows: number,
    columns: number,
  ): void;
  softmax(x: number, out: number, rows: number, columns: number): void;
  crossEntropy(logits: number, targets: number, losses: number, factor: number, rows: number, columns: number): void;
  maxOfGroups(x: number, out: number, winners: number, groups: number, length: number, columns: number): void;
  maxOfGroupsBackward(
    gradient: number,
    winners: number,
    out: number,
    groups: number,
    length: number,
    columns: number,
  ): void;
  windows(x: number, out: number, groups: number, length: number, width: number, columns: number): void;
  windowsBackward(gradient: number, out: number, groups: number, length: number, width: number, columns: number): void;

  lstmStep(
    gates: number,
    cell: number,
    hidden: number,
    cellAfter: number,
    kept: number,
    rows: number,
    size: number,
  ): void;
  lstmStepBackward(
    kept: number,
    cellBefore: number,
    hiddenGradient: number,
    cellGradient: number,
    gatesOut: number,
    cellOut: number,
    rows: number,
    size: number,
  ): void;
  attend(
    qkv: number,
    y: number,
    weights: number,
    headStep: number,
    length: number,
    known: number,
    width: number,
    heads: number,
    causal: number,
    packed: number,
    scratch: number,
  ): void;
  attendBackward(
    qkv: number,
    weights: number,
    headStep: number,
    gradient: number,
    out: number,
    length: number,
    known: number,
    width: number,
    heads: number,
    causal: number,
    inner: number,
    packed: number,
    scratch: number,
  ): void;

  squaredNorm(x: number, count: number): number;
  adamW(
    values: number,
    gradients: number,
    firsts: number,
    seconds: number,
    count: number,
    factor: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    stepSize: number,
    widening: number,
    shrink: number,
  ): void;
  sgd(values: number, gradients: number, count: number, factor: number, rate: number): void;
}
