import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DurableFile } from "../../../dist/storage/files/durableFile.js";
import { SafetensorsFile, writeSafetensors } from "../../../dist/storage/models/safetensors.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

/**
 * Written by safetensors 0.8.0 (Python): a.half float16 [[1.5, -2], [65504, 6e-8]], b.short bfloat16 [1, -3.140625], c.double float64
 * [[[0.1]]], d float32 [1, 2, 3]; metadata format: pt.
 */
const ofLibrary = Buffer.from(
  "GAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJjLmRvdWJsZSI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMSwxLDFdLCJkYXRhX29mZnNldHMiOlswLDhdfSwiZCI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzgsMjBdfSwiYi5zaG9ydCI6eyJkdHlwZSI6IkJGMTYiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOlsyMCwyNF19LCJhLmhhbGYiOnsiZHR5cGUiOiJGMTYiLCJzaGFwZSI6WzIsMl0sImRhdGFfb2Zmc2V0cyI6WzI0LDMyXX19ICAgICAgmpmZmZmZuT8AAIA/AAAAQAAAQECAP0nAAD4AwP97AQA=",
  "base64",
);

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), "model.safetensors");
  writeFileSync(path, bytes);
  return path;
}

/** A file with a header of one's own. */
function withHeader(header: unknown, numbers: number, length?: number): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(length ?? text.length));
  return Buffer.concat([head, text, Buffer.alloc(numbers)]);
}

const entry = (start: number, end: number, shape = [(end - start) / 4], dtype = "F32") => ({
  ...{ dtype, shape },
  data_offsets: [start, end],
});

describe("a file of tensors", () => {
  it("is read as the library wrote it, half floats too", async () => {
    const file = new SafetensorsFile(await fileOf(ofLibrary));
    expect(file.metadata).toEqual(new Map([["format", "pt"]]));
    expect(file.shape("a.half")).toEqual([2, 2]);
    expect([...file.read("a.half")]).toEqual([1.5, -2, 65504, 2 ** -24]);
    expect([...file.read("b.short")]).toEqual([1, -3.140625]);
    expect([...file.read("c.double")]).toEqual([Math.fround(0.1)]);
    expect([...file.read("d")]).toEqual([1, 2, 3]);
    file.close();
  });

  it("is read again as it was written, in any order of names", async () => {
    const path = join(await temporaryFolder(), "model.safetensors");
    const file = new DurableFile(path);
    const large = Float32Array.from({ length: 600_000 }, (_, k) => k / 7);
    const tensors = [
      { name: "词.weight", shape: [2, 300_000], values: large },
      { name: "a", shape: [1], values: Float32Array.of(-0) },
      { name: "empty", shape: [0, 4], values: new Float32Array(0) },
    ];
    writeSafetensors(file, tensors, new Map([["format", "lexstream"]]));
    file.commit();
    const read = new SafetensorsFile(path);
    expect(read.names.toSorted()).toEqual(["a", "empty", "词.weight"]);
    for (const { name, shape, values } of tensors) {
      expect(read.shape(name)).toEqual(shape);
      expect(Buffer.from(read.read(name).buffer).equals(Buffer.from(values.buffer))).toBe(true);
    }
    read.close();
  });
});

describe("a damaged file", () => {
  it.each([
    ["shorter than a length", Buffer.alloc(5), "the 8 bytes of a header's length, got 5 bytes"],
    [
      "cut within the header",
      ofLibrary.subarray(0, 100),
      "must be at most 92 bytes long, got 280; the file is cut short",
    ],
    ["cut within its numbers", ofLibrary.subarray(0, 310), "must have 32 bytes of numbers, got 22"],
    ["with a huge header", withHeader({}, 0, 2 ** 40), "must be at most 2 bytes long, got 1099511627776"],
    ["with numbers that nobody owns", withHeader({ a: entry(0, 8) }, 12), "must have 8 bytes of numbers, got 12"],
    ["that is no JSON", Buffer.from([4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 1, 2, 3]), "must tell of tensors as JSON, got"],
    ["that is a list", withHeader([1], 0), "must tell of tensors as JSON, got"],
    [
      "with tensors that overlap",
      withHeader({ a: entry(0, 8), b: entry(4, 12) }, 12),
      "tensor b must begin where the one before it ends, at 8, got 4",
    ],
    ["with a gap", withHeader({ a: entry(0, 8), b: entry(12, 16) }, 16), "at 8, got 12"],
    ["with a wrong shape", withHeader({ a: entry(0, 8, [3]) }, 8), "must have 12 bytes as its shape says, got 8"],
    ["with a shape below 0", withHeader({ a: entry(0, 8, [-2]) }, 8), 'for "a"'],
  ])("is refused: %s", async (_, bytes, message) => {
    const path = await fileOf(bytes);
    expect(() => new SafetensorsFile(path)).toThrow(SyntaxError);
    expect(() => new SafetensorsFile(path)).toThrow(message);
  });

  it("is refused where a number is not finite, or none", async () => {
    const bytes = withHeader({ a: entry(0, 8) }, 8);
    bytes.writeFloatLE(Number.NaN, bytes.length - 4);
    const file = new SafetensorsFile(await fileOf(bytes));
    expect(() => file.read("a")).toThrow("number 1 of tensor a must be finite, got NaN");
    const whole = new SafetensorsFile(await fileOf(withHeader({ ids: entry(0, 8, [2], "I32") }, 8)));
    expect(() => whole.read("ids")).toThrow('tensor ids must be of F64, F32, F16, BF16, got "I32"');
    expect(() => whole.read("weights")).toThrow("must have a tensor weights, got ids");
  });
});
