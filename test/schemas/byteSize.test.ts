import { expect, it } from "vitest";
import { byteSize, bytesOf, defineOptions, parseOptions } from "#schemas";

const schema = defineOptions({
  name: "unit",
  fields: { memory: byteSize({ default: "1GB", description: "memory" }) },
});

it("reads bytes as a number, in powers of 1000 or of 1024", () => {
  const sizes = [700, "700", "700B", "2kB", "512MB", "512 mb", "1.5GB", "1TB", "2KiB", "1GiB"];
  const bytes = [700, 700, 700, 2000, 512e6, 512e6, 15e8, 1e12, 2048, 2 ** 30];
  expect(sizes.map(bytesOf)).toEqual(bytes);
});

it("keeps a size as it was written, and refuses what is none", () => {
  expect(parseOptions(schema, {})).toEqual({ memory: "1GB" });
  expect(parseOptions(schema, { memory: "64MB" })).toEqual({ memory: "64MB" });
  const expected = 'unit: memory must be bytes, as a number >= 1 or a text such as "512MB", got';
  expect(() => parseOptions(schema, { memory: "lots" })).toThrow(new RangeError(`${expected} "lots"`));
  expect(() => parseOptions(schema, { memory: 0 })).toThrow(new RangeError(`${expected} 0`));
  expect(() => parseOptions(schema, { memory: true as unknown as number })).toThrow(new TypeError(`${expected} true`));
});
