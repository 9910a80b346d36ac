import { type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Observable } from "rxjs";
import type { RunOptions } from "#runtime";
import type { TextBatch } from "#schemas";
import type { HttpStart } from "#sources";
import { type Following, following } from "./following.js";

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON it sent
  readonly answer: any;
}

export interface Posting extends Following {
  readonly port: number;
  post(
    body: string | Uint8Array,
    headers?: Record<string, string>,
    more?: { method?: string; path?: string },
  ): Promise<Reply>;
}

/** A listening source, and a client for it. */
export async function posting(
  open: (start: HttpStart) => Observable<TextBatch>,
  options?: RunOptions<TextBatch>,
): Promise<Posting> {
  let read: Following | undefined;
  const { port } = await new Promise<AddressInfo>((resolve, reject) => {
    read = following(open({ onListening: resolve }), options);
    read.ended.catch(reject);
  });
  return { ...read!, port, post: (body, headers, more) => post(port, body, headers, more) };
}

function post(
  port: number,
  body: string | Uint8Array,
  headers: Record<string, string> = { "Content-Type": "text/plain" },
  { method = "POST", path = "/" } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString() || "{}");
        resolve({ status: response.statusCode!, headers: response.headers, answer });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
