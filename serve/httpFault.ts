/** A request that cannot be answered: the status, and one clear line for the body. */
export class HttpFault extends Error {
  override readonly name = "HttpFault";
  readonly status: number;
  /** What goes into the body besides the line. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    { details = {}, headers = {} }: { details?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.details = details;
    this.headers = headers;
  }
}
