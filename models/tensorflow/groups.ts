import { groupsOf, type Indices, matrixOf, requireRange } from "../../kernels/neural/index.js";
import { rowsAt, rowsSummed, type Tfjs, type TfTensor } from "./tfjs.js";

export function windows(tf: Tfjs, x: TfTensor, length: number, width: number): TfTensor {
  const [count, columns] = matrixOf("windows", x);
  const groups = groupsOf("windows", count, length);
  requireRange("windows", "width", 0, width, length);
  const rows = rowsOfWindows(groups, length, width);
  return tf.reshape(rowsAt(tf, x, rows), [rows.length / width, width * columns]);
}

export function windowsBackward(tf: Tfjs, gradient: TfTensor, length: number, width: number): TfTensor {
  const [count, wide] = matrixOf("windowsBackward", gradient);
  const groups = groupsOf("windowsBackward", count, length - width + 1);
  const columns = wide / width;
  const rows = rowsOfWindows(groups, length, width);
  return rowsSummed(tf, tf.reshape(gradient, [rows.length, columns]), rows, [groups * length, columns]);
}

/** The rows of all windows, one after the other. */
function rowsOfWindows(groups: number, length: number, width: number): Int32Array {
  const perGroup = length - width + 1;
  return Int32Array.from({ length: groups * perGroup * width }, (_, i) => {
    const window = Math.floor(i / width);
    return Math.floor(window / perGroup) * length + (window % perGroup) + (i % width);
  });
}

/** Not read, but used on the way back: 1 where the largest of a group stands (groups x length x columns). */
export interface Winners extends Indices {
  readonly standing: TfTensor;
}

/** Backends differ in which of equal ones is their largest: here it is the first. */
export function maxOfGroups(tf: Tfjs, x: TfTensor, length: number) {
  const [count, columns] = matrixOf("maxOfGroups", x);
  const groups = groupsOf("maxOfGroups", count, length);
  const rows = tf.reshape(x, [groups, length, columns]);
  const largest = tf.max(rows, 1, true);
  const fromEnd = tf.tensor(
    Float32Array.from({ length }, (_, i) => length - i),
    [1, length, 1],
  );
  const candidates = tf.mul(tf.cast(tf.equal(rows, largest), "float32"), fromEnd);
  const standing = tf.cast(tf.equal(fromEnd, tf.max(candidates, 1, true)), "float32");
  const winners: Winners = { length: groups * columns, standing };
  return { y: tf.reshape(largest, [groups, columns]), winners };
}

export function maxOfGroupsBackward(tf: Tfjs, gradient: TfTensor, { standing }: Winners, length: number): TfTensor {
  const [groups, columns] = matrixOf("maxOfGroupsBackward", gradient);
  const x = tf.mul(standing, tf.reshape(gradient, [groups, 1, columns]));
  return tf.reshape(x, [groups * length, columns]);
}
