import { groupsOf, matrixOf, requireCount, requireRange, requireSameSize, sizeOf } from "../shapes.js";
import type { WasmCore, WasmIndices, WasmTensor } from "./core.js";

export function reshape(core: WasmCore, a: WasmTensor, shape: readonly number[]): WasmTensor {
  requireSameSize("reshape", a, shape);
  const made = core.tensor(shape);
  copy(core, a, 0, made, 0, 1, sizeOf(shape));
  return made;
}

export function rows(core: WasmCore, a: WasmTensor, from: number, to: number): WasmTensor {
  const [count, columns] = matrixOf("rows", a);
  requireRange("rows", "rows", from, to, count);
  const cut = core.tensor([to - from, columns]);
  copy(core, a, from * columns, cut, 0, 1, (to - from) * columns);
  return cut;
}

export function columns(core: WasmCore, a: WasmTensor, from: number, to: number): WasmTensor {
  const [count, columns] = matrixOf("columns", a);
  requireRange("columns", "columns", from, to, columns);
  const cut = core.tensor([count, to - from]);
  copy(core, a, from, cut, 0, count, to - from);
  return cut;
}

export function joinColumns(core: WasmCore, parts: readonly WasmTensor[]): WasmTensor {
  const sizes = parts.map((part) => matrixOf("joinColumns", part));
  const count = sizes[0]![0];
  const joined = core.tensor([count, sizes.reduce((sum, [, columns]) => sum + columns, 0)]);
  let first = 0;
  for (const [p, part] of parts.entries()) {
    const [rows, columns] = sizes[p]!;
    requireCount("joinColumns", `rows of part ${p}`, rows, count);
    copy(core, part, 0, joined, first, count, columns);
    first += columns;
  }
  return joined;
}

export function joinRows(core: WasmCore, parts: readonly WasmTensor[]): WasmTensor {
  const sizes = parts.map((part) => matrixOf("joinRows", part));
  const columns = sizes[0]![1];
  const joined = core.tensor([sizes.reduce((sum, [rows]) => sum + rows, 0), columns]);
  let first = 0;
  for (const [p, part] of parts.entries()) {
    requireCount("joinRows", `columns of part ${p}`, sizes[p]![1], columns);
    copy(core, part, 0, joined, first, 1, sizeOf(part.shape));
    first += sizeOf(part.shape);
  }
  return joined;
}

export function windows(core: WasmCore, x: WasmTensor, length: number, width: number): WasmTensor {
  const [count, columns] = matrixOf("windows", x);
  const groups = groupsOf("windows", count, length);
  requireRange("windows", "width", 0, width, length);
  const y = core.tensor([groups * (length - width + 1), width * columns]);
  core.kernel.windows(x.at, y.at, groups, length, width, columns);
  return y;
}

export function windowsBackward(core: WasmCore, gradient: WasmTensor, length: number, width: number): WasmTensor {
  const [count, wide] = matrixOf("windowsBackward", gradient);
  const groups = groupsOf("windowsBackward", count, length - width + 1);
  const sums = core.zeros([groups * length, wide / width]);
  core.kernel.windowsBackward(gradient.at, sums.at, groups, length, width, wide / width);
  return sums;
}

export function maxOfGroups(core: WasmCore, x: WasmTensor, length: number) {
  const [count, columns] = matrixOf("maxOfGroups", x);
  const groups = groupsOf("maxOfGroups", count, length);
  const y = core.tensor([groups, columns]);
  const winners = core.indices(groups * columns);
  core.kernel.maxOfGroups(x.at, y.at, winners.at, groups, length, columns);
  return { y, winners };
}

export function maxOfGroupsBackward(
  core: WasmCore,
  gradient: WasmTensor,
  winners: WasmIndices,
  length: number,
): WasmTensor {
  const [groups, columns] = matrixOf("maxOfGroupsBackward", gradient);
  const back = core.zeros([groups * length, columns]);
  core.kernel.maxOfGroupsBackward(gradient.at, winners.at, back.at, groups, length, columns);
  return back;
}

/** Rows of `width` numbers from a place in one matrix to a place in another; a matrix is as wide as its rows. */
function copy(
  core: WasmCore,
  from: WasmTensor,
  fromPlace: number,
  to: WasmTensor,
  toPlace: number,
  rows: number,
  width: number,
): void {
  const [fromStep, toStep] = [4 * (from.shape[1] ?? 0), 4 * (to.shape[1] ?? 0)];
  core.kernel.copyRows(from.at + 4 * fromPlace, fromStep, to.at + 4 * toPlace, toStep, rows, 4 * width);
}
