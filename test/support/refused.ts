import { expect } from "vitest";
import { ConfigError, parseConfig } from "#pipelines";
import { processorTime } from "./processorTime.js";

/** The first line of what is refused of a config, and the milliseconds of processor time that it took. */
export function refused(
  text: string,
  env: Record<string, string> = {},
): { readonly message: string; readonly took: number } {
  const started = processorTime();
  try {
    parseConfig(text, "c.yaml", { env });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return { message: (error as Error).message.split("\n")[0]!, took: processorTime() - started };
  }
  throw new Error("expected a ConfigError");
}
