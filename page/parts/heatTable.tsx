import type { JSX } from "preact";
import { Scroll } from "./scroll.js";
import { Term } from "./term.js";

interface HeatTableProps {
  readonly caption: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly values: readonly (readonly number[])[];
  /** How a value is written. */
  readonly shown: (value: number) => string;
}

/** A matrix whose cells are the darker, the larger their value; it is a table by itself. */
export function HeatTable({ caption, rows, columns, values, shown }: HeatTableProps): JSX.Element {
  const most = Math.max(...values.flatMap((row, at) => row.filter((_, column) => rows[at] !== columns[column])), 1e-9);
  const strength = (value: number) => Math.round(42 * Math.min(1, Math.max(0, value / most)));
  return (
    <Scroll label={caption}>
      <table class="heat">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <td />
            {columns.map((term) => (
              <th key={term} scope="col">
                <Term text={term} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((term, row) => (
            <tr key={term}>
              <th scope="row">
                <Term text={term} />
              </th>
              {values[row]!.map((value, column) => (
                <td
                  key={columns[column]}
                  class="number"
                  style={{ background: `color-mix(in srgb, var(--mark) ${strength(value)}%, transparent)` }}
                >
                  {shown(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
