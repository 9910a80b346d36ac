import { dirname, join, relative, resolve, sep } from "node:path";
import { faultOf } from "./fileRecord.js";
import { readManifest } from "./readManifest.js";
import { MANIFEST } from "./runDirectory.js";

/**
 * Compares a file with its hash in the manifest of the run that made it, if there is one in its folder or the one above. For
 * formats that carry no checksum, that is the only way to know that they are as they were written.
 * @throws SyntaxError if the hashes differ
 */
export async function checkAgainstManifest(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  for (const place of [folder, dirname(folder)]) {
    const manifest = await readManifest(place).catch(() => undefined); // none, or another program's
    const name = relative(place, resolve(path)).split(sep).join("/");
    const expected = manifest?.outputs.find((output) => output.path === name);
    const fault = expected && (await faultOf(path, expected));
    if (fault) throw new SyntaxError(`${path}: must be as ${join(place, MANIFEST)} says, but ${fault}`);
  }
}
