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

/** A term that leads to its own page. */
export const TermLink = ({ text, view = "word" }: { readonly text: string; readonly view?: string }): JSX.Element => (
  <a class="term" href={linkTo(view, text)}>
    <Term text={text} />
  </a>
);

export function shortened(text: string): string {
  const characters = [...text];
  return characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS - 1).join("")}…` : text;
}
