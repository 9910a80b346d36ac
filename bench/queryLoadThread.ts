/** The thread that asks a server for neighbours until its time is up, so that training does not hold up its clock. */
import { Agent, get } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import type { QueryLoad } from "./queryLoad.js";

parentPort!.postMessage(await ask(workerData as QueryLoad));

/** Returns how many milliseconds each answer took. */
async function ask({ port, clients, seconds, terms }: QueryLoad): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times: number[] = [];
  const until = performance.now() + 1000 * seconds;
  const client = async (first: number) => {
    for (let asked = first; performance.now() < until; asked += clients) {
      const before = performance.now();
      await fetchText(`http://127.0.0.1:${port}/neighbors?term=t${(asked * 7919) % terms}&k=10`, agent);
      times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, k) => client(k)));
  agent.destroy();
  return times;
}

function fetchText(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    }).on("error", reject);
  });
}
