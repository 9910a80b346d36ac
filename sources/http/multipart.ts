/** One field or file of a form. */
export interface FormPart {
  readonly fileName: string | undefined;
  readonly contentType: string | undefined;
  readonly bytes: Uint8Array;
}

const LINE_END = "\r\n";
const HEADERS_END = Buffer.from("\r\n\r\n");
const LONGEST_HEADERS = 8192;

/**
 * The parts of a body of multipart/form-data, in their order; what stands before the first and behind the last is passed over.
 * @throws SyntaxError for one that is cut, or has no boundary, no disposition or overlong headers
 * @see RFC 2046, section 5.1; RFC 7578
 */
export function formParts(body: Buffer, boundary: string | undefined): FormPart[] {
  if (!boundary || boundary.length > 70)
    throw new SyntaxError("multipart/form-data must state a boundary of 1 to 70 characters");
  const delimiter = Buffer.from(`${LINE_END}--${boundary}`);
  const parts: FormPart[] = [];
  // The line end before the first delimiter may be the one that ends the headers of the whole.
  const isAtStart = body.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2));
  let at = isAtStart ? delimiter.length - 2 : endOfDelimiter(body, delimiter, 0);
  while (body.toString("latin1", at, at + 2) !== "--") {
    const headersFrom = endOfLine(body, at);
    // A part without headers begins with the empty line.
    const headersTo = body.indexOf(HEADERS_END, headersFrom - LINE_END.length);
    if (headersTo < 0 || headersTo - headersFrom > LONGEST_HEADERS)
      throw new SyntaxError(
        `a part must have headers of at most ${LONGEST_HEADERS} bytes and an empty line behind them`,
      );
    const from = headersTo + HEADERS_END.length;
    at = endOfDelimiter(body, delimiter, from - LINE_END.length);
    const to = at - delimiter.length;
    parts.push(
      partOf(
        body.toString("utf8", headersFrom, Math.max(headersFrom, headersTo)),
        body.subarray(Math.min(from, to), to),
      ),
    );
  }
  return parts;
}

function endOfDelimiter(body: Buffer, delimiter: Buffer, from: number): number {
  const at = body.indexOf(delimiter, from);
  if (at < 0) throw new SyntaxError("the body must end with its boundary, got a cut one");
  return at + delimiter.length;
}

/** Behind the line end that follows a delimiter, with nothing but white space between. */
function endOfLine(body: Buffer, from: number): number {
  const at = body.indexOf(LINE_END, from);
  if (at < 0 || body.toString("latin1", from, at).trim() !== "")
    throw new SyntaxError("a boundary must stand alone on its line");
  return at + LINE_END.length;
}

function partOf(headers: string, bytes: Uint8Array): FormPart {
  const fields = new Map(
    headers.split(LINE_END).map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const disposition = fields.get("content-disposition") ?? "";
  if (!/^form-data\b/i.test(disposition)) throw new SyntaxError("a part must have a Content-Disposition of form-data");
  return { fileName: parameterOf(disposition, "filename"), contentType: fields.get("content-type"), bytes };
}

/** A parameter of a header, quoted or not. */
export function parameterOf(header: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, "i").exec(header);
  return found?.[1]?.replace(/\\(.)/g, "$1") ?? found?.[2];
}
