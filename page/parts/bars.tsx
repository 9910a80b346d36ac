import type { JSX } from "preact";
import { TermLink } from "./term.js";

export interface Bar {
  readonly term: string;
  readonly value: number;
  readonly shown: string;
}

interface BarsProps {
  readonly bars: readonly Bar[];
  /** The view that a term leads to. */
  readonly view: string;
}

/** Terms with a bar as long as their value. */
export function Bars({ bars, view }: BarsProps): JSX.Element {
  const most = Math.max(...bars.map(({ value }) => value), 1e-9);
  return (
    <ol class="bars">
      {bars.map(({ term, value, shown }) => (
        <li key={term}>
          <TermLink text={term} view={view} />
          <meter min={0} max={most} value={Math.max(0, value)} aria-hidden="true" />
          <span class="number">{shown}</span>
        </li>
      ))}
    </ol>
  );
}
