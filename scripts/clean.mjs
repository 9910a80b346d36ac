// Removes the build folders, so that a renamed source leaves no stale module behind.
import { rmSync } from "node:fs";

for (const folder of ["../dist", "../.cache/modules"])
  rmSync(new URL(folder, import.meta.url), { recursive: true, force: true });
