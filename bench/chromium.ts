import { createRequire } from "node:module";

/** What is used of playwright-core, which is no part of what ships, and whose types are a browser's. */
export const { chromium } = createRequire(import.meta.url)("playwright-core") as {
  readonly chromium: { launch(options: object): Promise<Browser> };
};

export interface Browser {
  version(): string;
  close(): Promise<void>;
  newContext(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>;
  newBrowserCDPSession(): Promise<{ send(method: string): Promise<{ processInfo: ProcessInfo[] }> }>;
}

export interface ProcessInfo {
  readonly type: string;
  readonly id: number;
  /** Processor seconds since it began. */
  readonly cpuTime: number;
}

export interface Page {
  on(event: "response", listener: (response: Response) => void): void;
  goto(url: string, options?: object): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
  waitForSelector(selector: string): Promise<unknown>;
  fill(selector: string, text: string): Promise<void>;
  press(selector: string, key: string): Promise<void>;
}

interface Response {
  url(): string;
  request(): { sizes(): Promise<{ responseBodySize: number }> };
}
