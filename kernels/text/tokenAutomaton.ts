/**
 * Where tokens begin and end, as a finite automaton over the classes of `characterClasses`. Written as patterns, a token is
 *
 *     word      WORDLIKE+ ( INNER WORDLIKE+ | DECIMAL between two DIGITs, WORDLIKE+ )*,  WORDLIKE+ being [LETTER DIGIT] [LETTER DIGIT MARK]*
 *     single    SINGLE MARK*
 *     katakana  KATAKANA [KATAKANA MARK]*
 *     Han run   HAN+ MARK*
 *
 * always as long as it can be. Where `marksStandAlone`, a MARK that follows no token is a token, too.
 */
import { DECIMAL, DIGIT, HAN, INNER, KATAKANA, LETTER, MARK, OTHER } from "./characterClasses.js";

// States. WORD and NUMBER (a word whose last character is a digit) equal the class that leads to them.
export const WORD = 0;
export const NUMBER = 1;
/** After INNER, and after DECIMAL, which belong to the word only if it goes on. */
export const WORD_JOINT = 2;
export const NUMBER_JOINT = 3;
const ONE = 4;
const KATAKANA_RUN = 5;
export const HAN_RUN = 6;
/** A Han run and a mark. */
export const HAN_MARKED = 7;
export const IDLE = 8;

// A step is the next state and what happens before the character that was just read.
export const stateBits = 15;
/** The token in progress ends, before its joint if it is in one. */
export const ENDS = 16;
/** A token begins. */
export const BEGINS = 32;
/** A joint begins. */
export const JOINS = 64;

/** The step for every state and class: automaton[state * 16 + class]. */
export function tokenAutomaton({ marksStandAlone }: { readonly marksStandAlone: boolean }): Uint8Array {
  const automaton = new Uint8Array(16 * 9);
  const begin = [WORD, NUMBER, marksStandAlone ? ONE : IDLE, IDLE, IDLE, ONE, KATAKANA_RUN, HAN_RUN, IDLE];
  for (let state = WORD; state <= IDLE; state++) {
    for (let next = LETTER; next <= OTHER; next++) {
      const begun = begin[next]!;
      automaton[state * 16 + next] =
        goOn(state, next) ?? (state === IDLE ? 0 : ENDS) | (begun === IDLE ? 0 : BEGINS) | begun;
    }
  }
  return automaton;
}

/** The step of a token that a character does not end. */
function goOn(state: number, next: number): number | undefined {
  switch (state) {
    case WORD:
    case NUMBER:
      if (next === LETTER || next === MARK) return WORD;
      if (next === DIGIT) return NUMBER;
      if (next === INNER) return JOINS | WORD_JOINT;
      return next === DECIMAL && state === NUMBER ? JOINS | NUMBER_JOINT : undefined;
    case WORD_JOINT:
      return next === LETTER ? WORD : next === DIGIT ? NUMBER : undefined;
    case NUMBER_JOINT:
      return next === DIGIT ? NUMBER : undefined;
    case ONE:
      return next === MARK ? ONE : undefined;
    case KATAKANA_RUN:
      return next === KATAKANA || next === MARK ? KATAKANA_RUN : undefined;
    case HAN_RUN:
      return next === HAN ? HAN_RUN : next === MARK ? HAN_MARKED : undefined;
    case HAN_MARKED:
      return next === MARK ? HAN_MARKED : undefined;
    default:
      return undefined;
  }
}
