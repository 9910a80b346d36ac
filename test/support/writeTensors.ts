import { writeFileSync } from "node:fs";
import type { NamedTensor } from "#schemas";

/** Tensors as the safetensors library writes them, under any names and without metadata. */
export function writeTensors(path: string, tensors: readonly NamedTensor[]): void {
  let end = 0;
  const places = tensors.map(({ name, shape, values }) => {
    end += values.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [end - values.byteLength, end] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(places)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const numbers = tensors.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  writeFileSync(path, Buffer.concat([length, header, ...numbers]));
}
