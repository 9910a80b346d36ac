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

/** How many questions a page has asked whose answers have not come whole; counted by `countQuestions`. */
declare global {
  interface Window {
    questionsOpen: number;
    quietFrames: number;
  }
}

/** To be run in a page before its own scripts. The stream of events never ends, and is no question. */
export function countQuestions(): void {
  const send = window.fetch;
  window.questionsOpen = 0;
  window.fetch = async (input, init) => {
    if (input === "events") return send(input, init);
    window.questionsOpen++;
    try {
      const response = await send(input, init);
      await response.clone().arrayBuffer();
      return response;
    } finally {
      window.questionsOpen--;
    }
  };
}

/** How many frames may lie between an answer and the question that follows: it is drawn in one, and what is drawn asks behind the next. */
const FRAMES = 3;

/** Waits until a page has its title, and all that it has asked for is drawn. */
export async function settled(page: Page, timeout: number): Promise<void> {
  await page.waitForSelector("h1");
  await page.evaluate(() => Object.assign(window, { quietFrames: 0 }));
  await page.waitForFunction(
    (frames) => {
      const notes = [...document.querySelectorAll(".note")].map(({ textContent }) => textContent ?? "");
      const isQuiet = window.questionsOpen === 0 && !notes.some((note) => note.endsWith("…"));
      window.quietFrames = isQuiet ? window.quietFrames + 1 : 0;
      return window.quietFrames > frames;
    },
    FRAMES,
    { timeout },
  );
}
