import { placesOf } from "./lineEnds.js";

export type TextFormat = "lines" | "file" | "paragraphs";

/** Says where in the next stretch of an input's clean text documents begin. Holds what it must know of the stretches before. */
export type DocumentStarts = (text: Uint8Array) => number[];

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;

/** A new counter for each input, since an input always begins a document. */
export function documentStarts(format: TextFormat): DocumentStarts {
  if (format === "lines") return lineStarts();
  return format === "file" ? fileStart() : paragraphStarts();
}

/** Every line is a document, an empty one too: line n is document n. */
function lineStarts(): DocumentStarts {
  let atStart = true;
  return (text) => {
    if (text.length === 0) return [];
    const starts = atStart ? [0] : [];
    const last = text.length - 1;
    for (const at of placesOf(text.subarray(0, last), LINE_FEED)) starts.push(at + 1);
    atStart = text[last] === LINE_FEED;
    return starts;
  };
}

/** The whole input is one document, even an empty one. */
function fileStart(): DocumentStarts {
  let started = false;
  return () => {
    if (started) return [];
    started = true;
    return [0];
  };
}

/**
 * The first document begins with the input, each further one at the first character that is neither space nor tab after a line
 * with nothing else. Blank lines, and the indent of a paragraph's first line, belong to the document before.
 */
function paragraphStarts(): DocumentStarts {
  let started = false;
  let sawText = false;
  let lineIsBlank = true;
  let afterBlankLine = false;
  return (text) => {
    const starts = started || text.length === 0 ? [] : [0];
    started ||= text.length > 0;
    let at = 0;
    while (at < text.length) {
      if (lineIsBlank) {
        const byte = text[at]!;
        if (byte === LINE_FEED) afterBlankLine = true;
        else if (byte !== SPACE && byte !== TAB) {
          if (sawText && afterBlankLine) starts.push(at);
          sawText = true;
          lineIsBlank = false;
        }
        at++;
      } else {
        const end = text.indexOf(LINE_FEED, at);
        if (end < 0) break;
        lineIsBlank = true;
        afterBlankLine = false;
        at = end + 1;
      }
    }
    return starts;
  };
}
