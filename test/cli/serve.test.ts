import { spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type StartedCommand, startCommand } from "../support/command.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

function serve(args: readonly string[]): StartedCommand {
  const server = startCommand(["serve", ...args]);
  onTestFinished(async () => {
    server.interrupt();
    await server.ended;
  });
  return server;
}

/** The same in a process of its own, which gets signals and has an environment. */
function serveProcess(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [main, "serve", ...args], { env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  return { child, out: () => out, err: () => err, ended: once(child, "close").then(([code]) => code as number | null) };
}

const PATIENCE = { timeout: 60_000, interval: 50 };

const urlOf = ({ out, err }: Pick<StartedCommand, "out" | "err">): Promise<string> =>
  vi.waitFor(() => /http:\/\/\S+/.exec(out())?.[0] ?? Promise.reject(new Error(`not served yet: ${err()}`)), PATIENCE);

// biome-ignore lint/suspicious/noExplicitAny: what comes is what the test is about
const ask = async (url: string, headers = {}): Promise<any> => (await fetch(url, { headers })).json();

const writeRows = (path: string, rows: Record<string, string>) =>
  writeFileSync(
    path,
    [`${Object.keys(rows).length} 2`, ...Object.entries(rows).map((row) => row.join(" ")), ""].join("\n"),
  );

describe("lexstream serve", () => {
  it("answers, follows the file that a link leads to, outlives one that is damaged, and ends at SIGTERM with 0", async () => {
    const folder = await temporaryFolder();
    const [latest, first, second] = ["latest", "1.txt", "2.txt"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeRows(first, { cat: "1 0", dog: "1 0.1", 猫: "0 1" });
    symlinkSync("1.txt", latest);
    const server = serveProcess([latest, "--listen", "127.0.0.1:0"]);
    const url = await urlOf(server);
    expect(await ask(`${url}/neighbors?term=cat&k=1`)).toMatchObject({ sequence: 1, neighbors: [{ term: "dog" }] });

    writeRows(second, { cat: "1 0", dog: "0 1", 猫: "1 0.1" });
    symlinkSync("2.txt", `${latest}.new`);
    renameSync(`${latest}.new`, latest);
    await vi.waitFor(async () => expect((await ask(`${url}/status`)).sequence).toBe(2), PATIENCE);
    expect(await ask(`${url}/neighbors?term=cat&k=1`)).toMatchObject({ sequence: 2, neighbors: [{ term: "猫" }] });

    writeFileSync(second, "3 2\ncat 1\n");
    await vi.waitFor(() => expect(server.err()).toContain("the vectors from before still answer"), PATIENCE);
    expect(await ask(`${url}/similarity?a=cat&b=dog`)).toMatchObject({ sequence: 2, similarity: 0 });
    unlinkSync(latest);
    expect(await ask(`${url}/status`)).toMatchObject({ sequence: 2, counters: { file: "latest" } });

    server.child.kill("SIGTERM");
    expect(await server.ended).toBe(0);
  });

  it("takes the token from the environment, and tells it to nobody", async () => {
    const folder = await temporaryFolder();
    writeRows(join(folder, "v.txt"), { cat: "1 0" });
    const server = serveProcess([join(folder, "v.txt"), "--listen", "0.0.0.0:0"], { LEXSTREAM_TOKEN: "open-sesame" });
    const url = (await urlOf(server)).replace("0.0.0.0", "127.0.0.1");
    expect(await ask(`${url}/status`)).toEqual({ error: "the token must be sent as Authorization: Bearer TOKEN" });
    expect(await ask(`${url}/status`, { authorization: "Bearer open-sesame" })).toMatchObject({
      counters: { file: join(folder, "v.txt") },
      terms: 1,
    });
    expect(server.out() + server.err()).not.toContain("sesame");
  });

  it.each([
    [["--listen", "0.0.0.0:0"], "serve: an address that other machines reach must have a token, got none for 0.0.0.0"],
    [["--listen", "seven"], 'serve: the address must be HOST:PORT, such as 127.0.0.1:7411, got "seven"'],
    [["--token", ""], 'serve: --token must not be empty, got ""'],
  ])("refuses %j before it reads", async (options, error) => {
    const server = serve(["nowhere.txt", ...options]);
    expect(await server.ended).toBe(2);
    expect(server.err()).toBe(`${error}\n`);
  });

  it("says that an address is taken, or that there is no such file", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "v.txt");
    writeRows(path, { cat: "1 0" });
    const { host } = new URL(await urlOf(serve([path, "--listen", "127.0.0.1:0"])));
    const [taken, missing] = [serve([path, "--listen", host]), serve(["nowhere.txt", "--listen", "0"])];
    expect(await Promise.all([taken.ended, missing.ended])).toEqual([1, 1]);
    expect(taken.err()).toBe(`serve: ${host} must be an address that is free, got EADDRINUSE\n`);
    expect(missing.err()).toContain("nowhere.txt");
  });
});
