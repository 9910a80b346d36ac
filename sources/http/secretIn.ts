import { readFile } from "node:fs/promises";
import { text } from "../../schemas/fields.js";
import { unreadable } from "../../storage/files/unreadable.js";

/** What a file holds that says who we are. @throws Error if it cannot be read */
export function secretIn(who: string, path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw unreadable(who, path, error);
  });
}

/** Names the file for `authorization`. */
export const bearerFile = text({
  description: "A file with a token, to be sent as `Authorization: Bearer TOKEN`",
  optional: true,
  file: "path",
});

/** The headers that show a server the token in a file. */
export async function authorization(who: string, tokenFile: string | undefined): Promise<Record<string, string>> {
  if (tokenFile === undefined) return {};
  return { Authorization: `Bearer ${(await secretIn(who, tokenFile)).toString().trim()}` };
}
