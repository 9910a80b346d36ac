import { lexstream } from "../../dist/cli/lexstream.js";

const never = new AbortController().signal;

/** Runs a command in this process, where nothing needs a process of its own; paths must be absolute. */
export async function command(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const stderr = {
    write: (text: string) => {
      err += text;
    },
  };
  const code = await lexstream(args, {
    out: (text: string) => {
      out += text;
    },
    stderr: stderr as unknown as NodeJS.WriteStream,
    env: {},
    signal: never,
    interrupted: never,
    terminated: never,
  });
  return { code, out, err };
}
