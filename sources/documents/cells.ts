const COMMA = 0x2c;
const QUOTE = 0x22;
const TAB = 0x09;

/** The cells of a TSV record: what lies between tabs, quotes meaning nothing. */
export function tsvCells(record: Uint8Array): Uint8Array[] {
  const cells: Uint8Array[] = [];
  let from = 0;
  for (let at = record.indexOf(TAB); at >= 0; at = record.indexOf(TAB, from)) {
    cells.push(record.subarray(from, at));
    from = at + 1;
  }
  cells.push(record.subarray(from));
  return cells;
}

/**
 * The cells of a CSV record, without its line end, as RFC 4180 has them: a cell that begins with a quote ends with one, and holds
 * each of its own quotes twice.
 * @throws SyntaxError that says what stands where it must not
 */
export function csvCells(record: Uint8Array): Uint8Array[] {
  const cells: Uint8Array[] = [];
  for (let at = 0; ; at++) {
    if (record[at] === QUOTE) {
      const end = closingQuote(record, at + 1);
      cells.push(withoutDoubling(record.subarray(at + 1, end)));
      at = end + 1;
      if (at < record.length && record[at] !== COMMA) throw new SyntaxError("text behind a closing quote");
    } else {
      const comma = record.indexOf(COMMA, at);
      const end = comma < 0 ? record.length : comma;
      const cell = record.subarray(at, end);
      if (cell.includes(QUOTE)) throw new SyntaxError("a quote inside a cell that does not begin with one");
      cells.push(cell);
      at = end;
    }
    if (at >= record.length) return cells;
  }
}

export function isCsvRecord(record: Uint8Array): boolean {
  try {
    csvCells(record);
    return true;
  } catch {
    return false;
  }
}

function closingQuote(record: Uint8Array, from: number): number {
  for (let at = record.indexOf(QUOTE, from); at >= 0; at = record.indexOf(QUOTE, at + 2)) {
    if (record[at + 1] !== QUOTE) return at;
  }
  throw new SyntaxError("a quote that is not closed");
}

function withoutDoubling(cell: Uint8Array): Uint8Array {
  if (!cell.includes(QUOTE)) return cell;
  let isSecond = false;
  return cell.filter((byte) => {
    isSecond = byte === QUOTE && !isSecond;
    return byte !== QUOTE || isSecond;
  });
}
