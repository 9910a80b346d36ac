import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface EventServer {
  readonly url: string;
  /** The headers of each connection so far. */
  readonly requests: readonly IncomingHttpHeaders[];
}

/** A server whose n-th answer, from 0, is written by `answer`; it ends with the test. */
export async function eventServer(
  answer: (response: ServerResponse, index: number, headers: IncomingHttpHeaders) => void,
): Promise<EventServer> {
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer(({ headers }, response) => {
    requests.push(headers);
    response.setHeader("Content-Type", "text/event-stream");
    answer(response, requests.length - 1, headers);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, requests };
}
