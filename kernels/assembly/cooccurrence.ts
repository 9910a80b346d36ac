/**
 * Adds up the co-occurrences of a stretch of text row by row: at all places of the row's term, the terms around it. The sums of a row have a
 * place for each term, few enough for the processor's cache, and a bit for each that is not 0, so that cells come out in order though nothing
 * is ever sorted but the places by their term. Rows of several stretches are added up in the same way.
 *
 * A token of the text is a word of 32 bits: its id from bit 7 on, CENTRE if its windows are to be counted here, and the radius of its window.
 * EDGE stands before and behind the text, and wherever windows end.
 *
 * A row is written as its number and that of its cells, u32 each, and for each cell how far its column lies behind the one before, and its
 * units, in bytes of seven bits each, the lowest first; all but the last have the highest bit set (LEB128).
 */

export let text: usize = 0; // u32
export let textEnd: usize = 0;
/** The places of terms in the text, row by row, u32. */
export let places: usize = 0;
/** By term: how many places of rows up to its own were noted, once they are; u32 (V,). */
export let placesEnd: usize = 0;

/** Sums of the row, u64 (V,). */
export let sums: usize = 0;
/** A bit for each sum that is not 0, and for each of those words that is not 0; u64. */
export let used: usize = 0;
export let usedWords: usize = 0;
export let summaryWords: u32 = 0;

export let windowSize: u32 = 0;
/** Units of a pair by its distance, seen from one of its ends; and seen from all ends that count. */
export let ofEnd: usize = 0; // u64 (windowSize + 1,)
export let ofAll: usize = 0;
/** Every window reaches as far as windowSize, to both sides. */
export let isFixed: u32 = 0;
/** Whether a pair counts where the row's term has the other in its window, and where it lies in the window of the other: on the left, on the right. */
export let ownLeft: u32 = 0;
export let otherLeft: u32 = 0;
export let ownRight: u32 = 0;
export let otherRight: u32 = 0;
/** Some pair was seen from one of two ends that count. */
export let hasHalves: u32 = 0;

/** The row at hand: how many cells it has, and what is still to be written. */
export let cells: u32 = 0;
let nextSummary: u32 = 0;
let lastColumn: u32 = 0;
/** The first sum too large to be exact as a double: its column. */
export let tooLarge: u32 = 0xffffffff;

const NONE: u32 = 0xffffffff;
const EDGE: u32 = 0xffffffbf;
const CENTRE: u32 = 64;
const RADIUS: u32 = 63;
const ID_SHIFT: u32 = 7;
/** Bytes that a cell takes at most. */
const LONGEST_CELL: usize = 15;
/** Bytes of places whose text is fetched together. */
const FETCHED: usize = 4 * 32;
const MOST_UNITS: u64 = 1 << 53;

/** Notes the places of the terms of some rows. */
export function notePlaces(firstRow: u32, endRow: u32): void {
  const rows = endRow - firstRow;
  for (let at = text; at < textEnd; at += 4) {
    const token = load<u32>(at);
    const id = token >> ID_SHIFT;
    if ((token & CENTRE) === 0 || id - firstRow >= rows) continue;
    const counter = placesEnd + (<usize>id << 2);
    const next = load<u32>(counter);
    store<u32>(places + (<usize>next << 2), <u32>at);
    store<u32>(counter, next + 1);
  }
}

/** Adds what lies around the places [first, end) to the row. */
export function addPlaces(first: u32, end: u32): void {
  const last = places + (<usize>end << 2);
  for (let next = places + (<usize>first << 2); next < last; ) {
    const some = min(next + FETCHED, last);
    fetchText(next, some);
    for (; next < some; next += 4) {
      const at = <usize>load<u32>(next);
      if (isFixed) {
        addFixed(at, -4);
        addFixed(at, 4);
      } else {
        addWindow(at, -4, ownLeft, otherLeft);
        addWindow(at, 4, ownRight, otherRight);
      }
    }
  }
}

/** What `fetchText` saw; of no use, but without it nothing would be loaded. */
export let fetched: u32 = 0;

/** The places of a rare term lie far from each other: has the processor fetch the text around some of them at the same time, not one after the other. */
// @ts-ignore: decorator
@inline
function fetchText(next: usize, end: usize): void {
  const reach = <usize>windowSize << 2;
  let found: u32 = 0;
  for (; next < end; next += 4) {
    const at = <usize>load<u32>(next);
    found |= load<u32>(at - reach) | load<u32>(at + reach);
  }
  fetched = found;
}

// @ts-ignore: decorator
@inline
function addFixed(at: usize, step: isize): void {
  const end = <usize>(windowSize + 1) << 3;
  let place = at;
  for (let distance: usize = 8; distance < end; distance += 8) {
    place += step;
    const token = load<u32>(place);
    if (token === EDGE) return;
    add(token >> ID_SHIFT, load<u64>(ofAll + distance));
  }
}

function addWindow(at: usize, step: isize, own: u32, other: u32): void {
  const radius = load<u32>(at) & RADIUS;
  let place = at;
  for (let distance: u32 = 1; distance <= windowSize; distance++) {
    place += step;
    const token = load<u32>(place);
    if (token === EDGE) return;
    const ends = (own & <u32>(distance <= radius)) + (other & <u32>(distance <= (token & RADIUS)));
    if (ends === 0) continue;
    if (ends < own + other) hasHalves = 1;
    add(token >> ID_SHIFT, <u64>ends * load<u64>(ofEnd + (<usize>distance << 3)));
  }
}

// @ts-ignore: decorator
@inline
function add(column: u32, units: u64): void {
  const place = sums + (<usize>column << 3);
  const sum = load<u64>(place);
  store<u64>(place, sum + units);
  if (sum === 0) use(column);
}

function use(column: u32): void {
  const word = used + (<usize>(column >> 6) << 3);
  store<u64>(word, load<u64>(word) | (<u64>1 << <u64>(column & 63)));
  const summary = usedWords + (<usize>(column >> 12) << 3);
  store<u64>(summary, load<u64>(summary) | (<u64>1 << <u64>((column >> 6) & 63)));
  cells++;
}

/** Begins to write the row at hand, and returns where its cells go; 8 bytes of room are needed. */
export function beginRow(row: u32, out: usize): usize {
  store<u32>(out, row);
  store<u32>(out, cells, 4);
  nextSummary = 0;
  lastColumn = 0;
  return out + 8;
}

/** Writes cells of the row, which are 0 afterwards, as long as there is room, and returns where it came; the row has ended when `cells` is 0. */
export function writeCells(out: usize, outEnd: usize): usize {
  const limit = outEnd - LONGEST_CELL;
  for (; nextSummary < summaryWords; nextSummary++) {
    const summaryPlace = usedWords + (<usize>nextSummary << 3);
    for (let summary = load<u64>(summaryPlace); summary !== 0; summary &= summary - 1) {
      const word = (nextSummary << 6) | <u32>ctz<u64>(summary);
      const wordPlace = used + (<usize>word << 3);
      let bits = load<u64>(wordPlace);
      for (; bits !== 0; bits &= bits - 1) {
        if (out > limit) {
          store<u64>(wordPlace, bits);
          store<u64>(summaryPlace, summary);
          return out;
        }
        out = writeCell((word << 6) | <u32>ctz<u64>(bits), out);
      }
      store<u64>(wordPlace, 0);
    }
    store<u64>(summaryPlace, 0);
  }
  return out;
}

// @ts-ignore: decorator
@inline
function writeCell(column: u32, out: usize): usize {
  const place = sums + (<usize>column << 3);
  const units = load<u64>(place);
  if (units >= MOST_UNITS && tooLarge === NONE) tooLarge = column;
  else store<u64>(place, 0);
  const behind = writeNumber(units, writeNumber(<u64>(column - lastColumn), out));
  lastColumn = column;
  cells--;
  return behind;
}

// @ts-ignore: decorator
@inline
function writeNumber(number: u64, out: usize): usize {
  for (; number >= 128; number >>= 7) store<u8>(out++, <u8>number | 128);
  store<u8>(out, <u8>number);
  return out + 1;
}

// A stream of rows that are read: u32 each.
/** Where it goes on. */
const AT: usize = 0;
/** What begins before can be read. */
const LIMIT: usize = 4;
/** The row at hand, its cells that were not read, and the column of the last one that was. */
const ROW: usize = 8;
const LEFT: usize = 12;
const COLUMN: usize = 16;

let at: usize = 0;

/** Whether the stream has a row at hand; else it must be filled. */
export function hasRow(stream: usize): bool {
  if (load<u32>(stream, LEFT) !== 0) return true;
  at = <usize>load<u32>(stream, AT);
  if (at >= <usize>load<u32>(stream, LIMIT)) return false;
  store<u32>(stream, load<u32>(at), ROW);
  store<u32>(stream, load<u32>(at, 4), LEFT);
  store<u32>(stream, 0, COLUMN);
  store<u32>(stream, <u32>at + 8, AT);
  return true;
}

/** Adds what can be read of a stream's row to the row at hand. */
export function addRow(stream: usize): void {
  at = <usize>load<u32>(stream, AT);
  const limit = <usize>load<u32>(stream, LIMIT);
  let left = load<u32>(stream, LEFT);
  let column = load<u32>(stream, COLUMN);
  for (; left !== 0 && at < limit; left--) {
    column += <u32>readNumber();
    add(column, readNumber());
  }
  store<u32>(stream, <u32>at, AT);
  store<u32>(stream, left, LEFT);
  store<u32>(stream, column, COLUMN);
}

/** By which units are divided in records, and how many of them were copied. */
export let unitsPerWeight: f64 = 1;
export let copiedUnits: u64 = 0;

/** Copies cells of a stream as records of GloVe, at most `room` of them; returns how many there were before it ended or must be filled. */
export function copyRecords(stream: usize, to: usize, room: u32): u32 {
  let copied: u32 = 0;
  while (copied < room && hasRow(stream)) {
    at = <usize>load<u32>(stream, AT);
    const limit = <usize>load<u32>(stream, LIMIT);
    const row = load<u32>(stream, ROW);
    let left = load<u32>(stream, LEFT);
    let column = load<u32>(stream, COLUMN);
    for (; left !== 0 && at < limit && copied < room; left--, copied++) {
      column += <u32>readNumber();
      const record = to + (<usize>copied << 4);
      const units = readNumber();
      copiedUnits += units;
      store<u32>(record, row + 1);
      store<u32>(record, column + 1, 4);
      store<f64>(record, <f64>units / unitsPerWeight, 8);
    }
    store<u32>(stream, <u32>at, AT);
    store<u32>(stream, left, LEFT);
    store<u32>(stream, column, COLUMN);
    if (left !== 0) break;
  }
  return copied;
}

// @ts-ignore: decorator
@inline
function readNumber(): u64 {
  let byte = <u64>load<u8>(at++);
  let number = byte & 127;
  for (let shift: u64 = 7; byte >= 128; shift += 7) {
    byte = <u64>load<u8>(at++);
    number |= (byte & 127) << shift;
  }
  return number;
}
