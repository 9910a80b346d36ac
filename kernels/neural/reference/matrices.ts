import type { ProductOptions } from "../engine.js";
import {
  groupsOf,
  matrixOf,
  productSizes,
  requireCount,
  requireIds,
  requireRange,
  requireSame,
  requireSameSize,
  requireVector,
} from "../shapes.js";
import { type ReferenceIndices, type ReferenceTensor, tensor } from "./tensors.js";

export function product(a: ReferenceTensor, b: ReferenceTensor, options: ProductOptions = {}): ReferenceTensor {
  const [m, k, n] = productSizes(a, b, options);
  const { transposeA = false, transposeB = false, addTo } = options;
  // How far the numbers of a row and of a column stand apart.
  const [downA, alongA] = transposeA ? [1, m] : [k, 1];
  const [downB, alongB] = transposeB ? [1, k] : [n, 1];
  const sums = tensor([m, n], (addTo as ReferenceTensor | undefined)?.values.slice());
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += a.values[i * downA + l * alongA]! * b.values[l * downB + j * alongB]!;
      sums.values[i * n + j]! += sum;
    }
  }
  return sums;
}

export function add(a: ReferenceTensor, b: ReferenceTensor): ReferenceTensor {
  requireSame("add", a, b);
  return tensor(
    a.shape,
    a.values.map((value, i) => value + b.values[i]!),
  );
}

export function multiply(a: ReferenceTensor, b: ReferenceTensor): ReferenceTensor {
  requireSame("multiply", a, b);
  return tensor(
    a.shape,
    a.values.map((value, i) => value * b.values[i]!),
  );
}

export function scale(a: ReferenceTensor, factor: number): ReferenceTensor {
  return tensor(
    a.shape,
    a.values.map((value) => value * factor),
  );
}

export function addToRows(a: ReferenceTensor, vector: ReferenceTensor): ReferenceTensor {
  requireVector("addToRows", "the vector", vector, a);
  const columns = vector.values.length;
  return tensor(
    a.shape,
    a.values.map((value, i) => value + vector.values[i % columns]!),
  );
}

export function sumOfRows(a: ReferenceTensor): ReferenceTensor {
  const [, columns] = matrixOf("sumOfRows", a);
  const sums = tensor([columns]);
  a.values.forEach((value, i) => {
    sums.values[i % columns]! += value;
  });
  return sums;
}

export function reshape(a: ReferenceTensor, shape: readonly number[]): ReferenceTensor {
  requireSameSize("reshape", a, shape);
  return tensor(shape, a.values.slice());
}

export function rows(a: ReferenceTensor, from: number, to: number): ReferenceTensor {
  const [count, columns] = matrixOf("rows", a);
  requireRange("rows", "rows", from, to, count);
  return tensor([to - from, columns], a.values.slice(from * columns, to * columns));
}

export function columns(a: ReferenceTensor, from: number, to: number): ReferenceTensor {
  const [count, width] = matrixOf("columns", a);
  requireRange("columns", "columns", from, to, width);
  const cut = tensor([count, to - from]);
  for (let i = 0; i < count; i++) {
    cut.values.set(a.values.subarray(i * width + from, i * width + to), i * (to - from));
  }
  return cut;
}

export function joinColumns(parts: readonly ReferenceTensor[]): ReferenceTensor {
  const sizes = parts.map((part) => matrixOf("joinColumns", part));
  const count = sizes[0]![0];
  const width = sizes.reduce((sum, [, columns]) => sum + columns, 0);
  const joined = tensor([count, width]);
  let first = 0;
  for (const [p, part] of parts.entries()) {
    const [rows, columns] = sizes[p]!;
    requireCount("joinColumns", `rows of part ${p}`, rows, count);
    for (let i = 0; i < count; i++) {
      joined.values.set(part.values.subarray(i * columns, (i + 1) * columns), i * width + first);
    }
    first += columns;
  }
  return joined;
}

export function joinRows(parts: readonly ReferenceTensor[]): ReferenceTensor {
  const sizes = parts.map((part) => matrixOf("joinRows", part));
  const columns = sizes[0]![1];
  const joined = tensor([sizes.reduce((sum, [rows]) => sum + rows, 0), columns]);
  let first = 0;
  for (const [p, part] of parts.entries()) {
    requireCount("joinRows", `columns of part ${p}`, sizes[p]![1], columns);
    joined.values.set(part.values, first);
    first += part.values.length;
  }
  return joined;
}

export function gather(table: ReferenceTensor, ids: ReferenceIndices): ReferenceTensor {
  const [count, columns] = matrixOf("gather", table);
  requireIds("gather", ids.values, count);
  const gathered = tensor([ids.length, columns]);
  ids.values.forEach((id, i) => {
    gathered.values.set(table.values.subarray(id * columns, (id + 1) * columns), i * columns);
  });
  return gathered;
}

export function scatter(gradient: ReferenceTensor, ids: ReferenceIndices, rows: number): ReferenceTensor {
  const [count, columns] = matrixOf("scatter", gradient);
  requireCount("scatter", "number of ids", ids.length, count);
  requireIds("scatter", ids.values, rows);
  const sums = tensor([rows, columns]);
  gradient.values.forEach((value, i) => {
    sums.values[ids.values[Math.floor(i / columns)]! * columns + (i % columns)]! += value;
  });
  return sums;
}

/** Each window's rows beside each other. */
export function windows(x: ReferenceTensor, length: number, width: number): ReferenceTensor {
  const [count, columns] = matrixOf("windows", x);
  const groups = groupsOf("windows", count, length);
  requireRange("windows", "width", 0, width, length);
  const perGroup = length - width + 1;
  const y = tensor([groups * perGroup, width * columns]);
  for (let row = 0; row < groups * perGroup; row++) {
    const first = Math.floor(row / perGroup) * length + (row % perGroup);
    y.values.set(x.values.subarray(first * columns, (first + width) * columns), row * width * columns);
  }
  return y;
}

export function windowsBackward(gradient: ReferenceTensor, length: number, width: number): ReferenceTensor {
  const [count, wide] = matrixOf("windowsBackward", gradient);
  const perGroup = length - width + 1;
  const groups = groupsOf("windowsBackward", count, perGroup);
  const columns = wide / width;
  const sums = tensor([groups * length, columns]);
  for (let row = 0; row < count; row++) {
    const first = (Math.floor(row / perGroup) * length + (row % perGroup)) * columns;
    for (let i = 0; i < wide; i++) sums.values[first + i]! += gradient.values[row * wide + i]!;
  }
  return sums;
}

export function maxOfGroups(x: ReferenceTensor, length: number): { y: ReferenceTensor; winners: ReferenceIndices } {
  const [count, columns] = matrixOf("maxOfGroups", x);
  const groups = groupsOf("maxOfGroups", count, length);
  const y = tensor([groups, columns]);
  const winners = new Int32Array(groups * columns);
  for (let i = 0; i < groups * columns; i++) {
    const first = Math.floor(i / columns) * length;
    let best = first;
    for (let row = first; row < first + length; row++) {
      if (x.values[row * columns + (i % columns)]! > x.values[best * columns + (i % columns)]!) best = row;
    }
    winners[i] = best - first;
    y.values[i] = x.values[best * columns + (i % columns)]!;
  }
  return { y, winners: { length: winners.length, values: winners } };
}

export function maxOfGroupsBackward(
  gradient: ReferenceTensor,
  winners: ReferenceIndices,
  length: number,
): ReferenceTensor {
  const [groups, columns] = matrixOf("maxOfGroupsBackward", gradient);
  const x = tensor([groups * length, columns]);
  gradient.values.forEach((value, i) => {
    x.values[(Math.floor(i / columns) * length + winners.values[i]!) * columns + (i % columns)] = value;
  });
  return x;
}
