import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where a browser lies; undefined on a machine without one. */
export const browserPath: string | undefined = [process.env.CHROMIUM, ...places].find(
  (path) => path !== undefined && existsSync(path),
);

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserPath!, args: ["--no-sandbox", "--disable-gpu"] });

/** What a page did that it must not: errors, refusals by its policy, requests to elsewhere or without an answer. */
export function faultsOf(page: Page, origin: string): string[] {
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("console", (message) => {
    const { url } = message.location();
    const isAnswer = message.text().startsWith("Failed to load resource") && url.startsWith(origin);
    if (message.type() === "error" && !isAnswer) faults.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("blob:")) faults.push(request.url());
  });
  return faults;
}
