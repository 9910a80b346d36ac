import { existsSync, readdirSync, readlinkSync } from "node:fs";

/** Files that a process has open, where the system tells; nowhere else. */
export function openFiles(pid: number | "self" = "self"): string[] {
  const folder = `/proc/${pid}/fd`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((descriptor) => {
    try {
      return [readlinkSync(`${folder}/${descriptor}`)];
    } catch {
      return []; // closed since
    }
  });
}
