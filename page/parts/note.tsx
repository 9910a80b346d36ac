import type { ComponentChildren, JSX } from "preact";
import { address, linkTo } from "../address.js";
import type { Refusal } from "../api.js";
import { strings } from "../strings/strings.js";
import { Term } from "./term.js";

/** A sentence where a picture would be; it is read aloud when it comes. */
export const Note = ({ children }: { readonly children: ComponentChildren }): JSX.Element => (
  <p class="note" role="status">
    {children}
  </p>
);

/** Why there is no answer, and words that may have been meant. */
export function Refused({ refusal }: { readonly refusal: Refusal }): JSX.Element {
  const { app } = strings.value;
  const { view, choices } = address.value;
  return (
    <div class="note" role="status">
      <Term text={refusal.message} />
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
