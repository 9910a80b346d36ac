import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeVocabulary } from "#kernels";
import { builtIn, StreamLog } from "#pipelines";
import type { DataKind, DocumentTermBatch } from "#schemas";
import { collect } from "../../support/collect.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

const kind = builtIn.kinds.get("documentTerms")!;
const vocabulary = makeVocabulary(["猫", "cat"], Float64Array.of(2, 1));

/** A batch of one document with so many terms. */
const batchOf = (size: number): DocumentTermBatch => ({
  vocabulary,
  offsets: Uint32Array.of(0, size),
  terms: Uint32Array.from({ length: size }, (_, i) => i),
  values: Float64Array.from({ length: size }, (_, i) => i / 3),
  lengths: Uint32Array.of(2 * size),
  rowDocuments: Uint32Array.of(size),
  epoch: 0,
});

async function logOf(sizes: readonly number[], mostBytes: number) {
  const path = join(await temporaryFolder(), "documentTerms.log");
  const log = new StreamLog(path, kind, mostBytes);
  for (const size of sizes) log.write(batchOf(size) as never);
  log.finish();
  return { path, log };
}

const read = (log: StreamLog, epoch: number) => collect(log.read(epoch));
const expected = (sizes: readonly number[], epoch: number) => sizes.map((size) => ({ ...batchOf(size), epoch }));

describe("StreamLog", () => {
  it("gives back what was written, in every epoch, from memory and from a file", async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom(0, 300, 1e6), async (sizes, mostBytes) => {
        const { log } = await logOf(sizes, mostBytes);
        for (const epoch of [0, 1]) expect(await read(log, epoch)).toEqual(expected(sizes, epoch));
        log.close();
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it("leaves no part of a file where writing failed, and writes it for the next checkpoint", async () => {
    let fails = true;
    const facts = {
      get told(): number {
        if (fails) throw new Error("the disk is full");
        return 7;
      },
    };
    const form = kind.log!;
    const write = (batch: DocumentTermBatch) => ({ ...form.write(batch as never), facts });
    const path = join(await temporaryFolder(), "documentTerms.log");
    const log = new StreamLog(path, { ...kind, log: { ...form, facts: ["told"], write } } as unknown as DataKind);
    log.write(batchOf(3) as never);
    log.finish();
    expect(() => log.persist()).toThrow("the disk is full");
    expect(existsSync(path)).toBe(false);
    fails = false;
    log.persist();
    expect(existsSync(path)).toBe(true);
    log.close();
  });

  it("writes a file once its arrays take more than the bytes that it may keep, or a checkpoint wants one", async () => {
    // A batch of 3 terms takes 4 (2 + 3 + 1 + 1) + 8 * 3 = 52 bytes.
    const batch = 52;
    expect(existsSync((await logOf([3, 3], 2 * batch)).path)).toBe(false);
    expect(existsSync((await logOf([3, 3], 2 * batch - 1)).path)).toBe(true);
    const { path, log } = await logOf([3, 3], 2 * batch);
    log.persist();
    log.persist();
    const { size, shared } = log;
    log.close();
    expect(await read(StreamLog.written(path, kind, size, shared), 4)).toEqual(expected([3, 3], 4));
  });

  it("keeps what was written, whatever becomes of the arrays of who writes and who reads", async () => {
    const { log } = await logOf([], 1e6);
    const batch = batchOf(2);
    const other = new StreamLog("none", kind, 1e6);
    other.write(batch as never);
    other.finish();
    batch.terms.fill(9);
    for (const seen of (await read(other, 0)) as DocumentTermBatch[]) seen.values.fill(9);
    expect(await read(other, 0)).toEqual(expected([2], 0));
    expect(await read(log, 0)).toEqual([]);
  });

  it("refuses a batch of another vocabulary, and a kind that has no form for it", () => {
    const log = new StreamLog("none", kind);
    log.write(batchOf(1) as never);
    const other = { ...batchOf(1), vocabulary: makeVocabulary(["dog"], Float64Array.of(1)) };
    expect(() => log.write(other as never)).toThrow(
      "documentTerms: a stream that is read again must keep one vocabulary, got another one",
    );
    const { log: _, ...formless } = kind;
    expect(() => new StreamLog("none", formless as DataKind)).toThrow(
      "documentTerms: cannot be read again, since it has no form in which it is logged",
    );
  });
});
