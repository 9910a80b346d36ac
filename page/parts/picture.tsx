import type { ComponentChildren, JSX } from "preact";
import { choice, choose } from "../address.js";
import { strings } from "../strings/strings.js";
import { decimal } from "./numbers.js";
import { Scroll } from "./scroll.js";

export const isTable = (): boolean => choice("table") !== "";
export const showAsTable = (wanted: boolean): void => choose({ table: wanted ? "1" : "" });

export interface TableData {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | JSX.Element)[])[];
}

interface PictureProps {
  readonly title: string;
  /** The same as a table, made where it is shown alone. */
  readonly table: () => TableData;
  readonly children: ComponentChildren;
}

/** A picture, or the table behind it, as the address says. */
export function Picture({ title, table, children }: PictureProps): JSX.Element {
  const { app } = strings.value;
  return (
    <section class="picture" aria-label={title}>
      <div class="heading">
        <h2>{title}</h2>
        <button type="button" class="quiet" aria-pressed={isTable()} onClick={() => showAsTable(!isTable())}>
          {app.table}
        </button>
      </div>
      {isTable() ? <TableBehind title={title} table={table} /> : children}
    </section>
  );
}

function TableBehind({ title, table }: Omit<PictureProps, "children">): JSX.Element {
  const told = table();
  return <Table {...told} isTitled={told.caption === title} />;
}

interface TableProps extends TableData {
  /** The caption stands above it already, and is only read aloud. */
  readonly isTitled?: boolean;
}

export function Table({ caption, head, rows, isTitled = false }: TableProps): JSX.Element {
  const classes = head.map((_, column) => (rows.some((row) => typeof row[column] === "number") ? "number" : undefined));
  const areWhole = head.map((_, column) => !rows.some((row) => isPart(row[column])));
  return (
    <Scroll label={caption}>
      <table>
        <caption class={isTitled ? "unseen" : undefined}>{caption}</caption>
        <thead>
          <tr>
            {head.map((name, column) => (
              <th key={column} scope="col" class={classes[column]}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell, column) => (
                <td key={column} class={classes[column]}>
                  {typeof cell === "number" ? shownNumber(cell, areWhole[column]!) : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

const isPart = (cell: unknown): boolean => typeof cell === "number" && !Number.isInteger(cell);

/** A column of whole numbers with separators, another to four digits behind the point. */
export const shownNumber = (value: number, isWhole: boolean): string =>
  isWhole ? strings.value.number(value) : decimal(value, 4);
