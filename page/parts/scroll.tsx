import type { ComponentChildren, JSX } from "preact";

interface ScrollProps {
  readonly label?: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** What may be larger than its place; it takes the focus, so that keys scroll it. */
export const Scroll = ({ label, class: others = "", children }: ScrollProps): JSX.Element => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
  // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form
  <div class={`scroll ${others}`} tabIndex={0} role="group" aria-label={label}>
    {children}
  </div>
);
