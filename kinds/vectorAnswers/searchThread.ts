/** The thread that looks through all rows. It ends when it is terminated. */
import { parentPort } from "node:worker_threads";
import type { RowQuestion, SearchAnswer, SearchMessage } from "./rowSearch.js";
import { openSearch, type Search } from "./searchRows.js";
import { QUESTIONS } from "./sharedRows.js";

let search: Search | undefined;
const waiting: RowQuestion[] = [];

parentPort!.on("message", (message: SearchMessage) => {
  if ("memory" in message) {
    answerAll(); // they ask about the rows from before
    search = openSearch(message);
  } else if (waiting.push(message) === 1) setImmediate(answerAll); // once all that has come is here
});

function answerAll(): void {
  while (waiting.length > 0)
    for (const answer of answersTo(waiting.splice(0, QUESTIONS))) parentPort!.postMessage(answer);
}

function answersTo(questions: readonly RowQuestion[]): SearchAnswer[] {
  try {
    return search!(questions);
  } catch (error) {
    return questions.map(() => ({ error: (error as Error).message }));
  }
}
