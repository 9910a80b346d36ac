import { readFileSync } from "node:fs";

/** The most memory that this process had, where the system tells that alone: what `resourceUsage` tells begins with its parent's. */
export function peakMiB() {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    return Math.round(kilobytes / 1024);
  } catch {
    return Math.round(process.resourceUsage().maxRSS / 1024);
  }
}
