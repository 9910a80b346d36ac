/** The thread that looks through all rows. It ends when it is terminated. */
import { parentPort } from "node:worker_threads";
import type { RowQuestion, SearchAnswer, SearchMessage } from "./rowSearch.js";
import { openSearch, type Search } from "./searchRows.js";
import { QUESTIONS } from "./sharedRows.js";

const opened = new Map<number, Search>();
/** Questions about the same rows. */
let waiting: RowQuestion[] = [];
let asked: number | undefined;

parentPort!.on("message", (message: SearchMessage) => {
  if ("question" in message) {
    if (message.number !== asked) answerAll();
    asked = message.number;
    if (waiting.push(message.question) === 1) setImmediate(answerAll); // once all that has come is here
    return;
  }
  answerAll(); // answers keep the order of what they answer
  if ("released" in message) opened.delete(message.released);
  else if ("memory" in message) opened.set(message.number, openSearch(message));
  else {
    opened.get(message.number)!.prepare(message.end);
    parentPort!.postMessage("prepared" satisfies SearchAnswer);
  }
});

function answerAll(): void {
  const questions = waiting;
  waiting = [];
  for (let from = 0; from < questions.length; from += QUESTIONS)
    for (const answer of answersTo(questions.slice(from, from + QUESTIONS))) parentPort!.postMessage(answer);
}

function answersTo(questions: readonly RowQuestion[]): SearchAnswer[] {
  try {
    return opened.get(asked!)!.answer(questions);
  } catch (error) {
    return questions.map(() => ({ error: (error as Error).message }));
  }
}
