import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** The path of an empty folder, which is removed after the test that asked for it. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "lexstream-test-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
