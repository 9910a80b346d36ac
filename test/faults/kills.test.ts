import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("kill.mjs", import.meta.url));

it("ends in the same bytes after SIGKILL at random moments; npm run faults kills many more", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--kills", "6", "--seed", "3"], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^\| all \| 6 \| \d+ \| {2}\| 0 \|$/m);
  expect(status).toBe(0);
}, 60_000);
