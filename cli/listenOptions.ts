import { DEFAULT_LISTEN, parseListen } from "../serve/queryServer.js";
import { checkAccess } from "../serve/requestGuard.js";
import { type CommandOption, type Io, UsageError } from "./command.js";
import type { ThreadOptions } from "./serveOnThread.js";

export const tokenOption: CommandOption = {
  type: "string",
  value: "TOKEN",
  description: "What clients must send as Authorization: Bearer TOKEN (default: LEXSTREAM_TOKEN, else none)",
};

/** @throws UsageError if the address is wrong, or others reach it without a token */
export function listenOptions(address = DEFAULT_LISTEN, token: string | undefined, { env }: Io): ThreadOptions {
  try {
    const options = { ...parseListen(address), token: token ?? (env.LEXSTREAM_TOKEN || undefined) };
    checkAccess(options);
    return options;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export const urlOf = ({ host, port }: { host: string; port: number }): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
