import type { ComponentChildren, JSX } from "preact";
import { address, linkTo } from "../address.js";
import type { Refusal } from "../api.js";
import { strings } from "../strings/strings.js";
import { Sentence, Term } from "./term.js";

/** A sentence where a picture would be; it is read aloud when it comes. */
export const Note = ({ children }: { readonly children: ComponentChildren }): JSX.Element => (
  <p class="note" role="status">
    {children}
  </p>
);

interface RefusedProps {
  readonly refusal: Refusal;
  /** Which of several models has none. */
  readonly model?: string;
}

/** Why there is no answer, and words that may have been meant. */
export function Refused({ refusal, model }: RefusedProps): JSX.Element {
  const { app } = strings.value;
  const { view, choices } = address.value;
  return (
    <div class="note" role="status">
      {model !== undefined && <b>{model}: </b>}
      <Sentence text={app.said(refusal.message)} />
      {refusal.suggestions.length > 0 && (
        <p>
          {app.suggestions}{" "}
          {refusal.suggestions.map((term) => (
            <a key={term} href={linkTo(view, term, Object.fromEntries(choices))}>
              <Term text={term} />
            </a>
          ))}
        </p>
      )}
    </div>
  );
}
