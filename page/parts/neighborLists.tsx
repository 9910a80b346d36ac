import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Near } from "../api.js";
import { decimal } from "./numbers.js";
import { Scroll } from "./scroll.js";
import { TermLink } from "./term.js";

export interface NeighborList {
  readonly model: string;
  readonly neighbors: readonly Near[];
  readonly note?: string | undefined;
}

const ROW = 30; // pixels, as in the style
const GAP = 56;

/** Terms that more than one list has. */
export function joinedTerms(lists: readonly NeighborList[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { neighbors } of lists)
    for (const { term } of neighbors) {
      if (seen.has(term)) shared.add(term);
      seen.add(term);
    }
  return shared;
}

/** Lists beside each other, with lines between terms that neighbouring lists share. */
export function NeighborLists({ lists }: { readonly lists: readonly NeighborList[] }): JSX.Element {
  const shared = joinedTerms(lists);
  const [pointed, setPointed] = useState<string | undefined>();
  return (
    <Scroll class="lists">
      {lists.map(({ model, neighbors, note }, place) => (
        <>
          {place > 0 && <Links from={lists[place - 1]!} to={lists[place]!} pointed={pointed} />}
          <div class="list" key={model}>
            <h3>{model}</h3>
            {note !== undefined && <p class="caption">{note}</p>}
            <ol>
              {neighbors.map(({ term, score }) => (
                <li
                  key={term}
                  class={`${shared.has(term) ? "shared" : ""} ${pointed === term ? "pointed" : ""}`}
                  onMouseEnter={() => setPointed(term)}
                  onMouseLeave={() => setPointed(undefined)}
                  onFocusCapture={() => setPointed(term)}
                >
                  <TermLink text={term} />
                  <meter min={0} max={1} value={Math.max(0, score)} aria-hidden="true" />
                  <span class="number">{decimal(score, 3)}</span>
                </li>
              ))}
            </ol>
          </div>
        </>
      ))}
    </Scroll>
  );
}

interface LinksProps {
  readonly from: NeighborList;
  readonly to: NeighborList;
  readonly pointed: string | undefined;
}

function Links({ from, to, pointed }: LinksProps): JSX.Element {
  const rows = Math.max(from.neighbors.length, to.neighbors.length);
  const lines = from.neighbors.flatMap(({ term }, left) => {
    const right = to.neighbors.findIndex((near) => near.term === term);
    return right < 0 ? [] : [{ term, left, right }];
  });
  return (
    <svg
      class="links"
      width={GAP}
      height={rows * ROW}
      viewBox={`0 0 ${GAP} ${rows * ROW}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {lines.map(({ term, left, right }) => (
        <line
          key={term}
          class={pointed === term ? "pointed" : ""}
          x1={0}
          y1={(left + 0.5) * ROW}
          x2={GAP}
          y2={(right + 0.5) * ROW}
        />
      ))}
    </svg>
  );
}
