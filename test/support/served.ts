import { onTestFinished, vi } from "vitest";
import { startCommand } from "./command.js";

/** The address at which `lexstream serve` answers for a file or run, until the test is over. */
export async function served(path: string, ...options: string[]): Promise<string> {
  const server = startCommand(["serve", path, "--listen", "127.0.0.1:0", ...options]);
  onTestFinished(async () => {
    server.interrupt();
    await server.ended;
  });
  return vi.waitFor(() => /http:\/\/\S+/.exec(server.out())?.[0] ?? Promise.reject(new Error("not yet")), {
    timeout: 60_000,
    interval: 50,
  });
}
