import type { JSX } from "preact";
import { printableLine } from "../../kernels/text/printable.js";
import { linkTo } from "../address.js";

/** Longer ones are cut, with the whole in their title. */
const MOST_CHARACTERS = 60;

/** A term as text alone: marks for control and direction are spelled out, and its direction ends with it. */
export function Term({ text }: { readonly text: string }): JSX.Element {
  const whole = printableLine(text);
  const cut = shortened(whole);
  return cut === whole ? <bdi>{whole}</bdi> : <bdi title={whole}>{cut}</bdi>;
}

const MOST_OF_SENTENCE = 240;

/** A sentence, cut where it is longer than any should be, with a term in it brought out. */
export function Sentence({ text, term = "" }: { readonly text: string; readonly term?: string }): JSX.Element {
  const whole = shortened(printableLine(text), MOST_OF_SENTENCE);
  const shown = printableLine(term);
  const parts = shown === "" ? [whole] : whole.split(shown);
  return (
    <bdi>
      {parts.map((part, place) => (
        <>
          {place > 0 && <b>{shown}</b>}
          {part}
        </>
      ))}
    </bdi>
  );
}

/** A term that leads to its own page. */
export const TermLink = ({ text, view = "word" }: { readonly text: string; readonly view?: string }): JSX.Element => (
  <a class="term" href={linkTo(view, text)}>
    <Term text={text} />
  </a>
);

export function shortened(text: string, most = MOST_CHARACTERS): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
}
