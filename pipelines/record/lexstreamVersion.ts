import { readFileSync } from "node:fs";

/** The version in package.json, which lies beside the built folders. */
export function lexstreamVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}
