import { byteSize, duration, integer, oneOf, text } from "../../schemas/fields.js";
import type { OptionsSchema, SettingsOf } from "../../schemas/options.js";
import { documentFields, postEntryFields } from "../documents/documentFields.js";
import { streamFormats } from "../documents/streamFormats.js";
import { flushAfter, liveFields } from "../live/liveFields.js";

/** The options of the source `http`, which its parts read too. */
export const httpFields = {
  host: text({
    description: "The address to listen on; one that other machines reach needs a `tokenFile`",
    default: "127.0.0.1",
    minLength: 1,
  }),
  port: integer({ description: "The port to listen on, 0 for any that is free", default: 7412, min: 0, max: 65_535 }),
  tokenFile: text({
    description: "A file with the token that clients send as `Authorization: Bearer TOKEN`",
    optional: true,
    file: "path",
  }),
  format: oneOf(streamFormats, {
    description:
      "What a document is in `text/plain`: each of the `lines`, the whole `file`, `paragraphs`, `labelled` lines, ...",
    default: "lines",
  }),
  journal: text({
    description:
      "A file in the run's folder to which text is added before a post is answered, and from which it is read",
    optional: true,
    file: "journal",
  }),
  maxBodyLength: byteSize({ description: "The longest body, as it is sent and unpacked", default: "16MiB" }),
  requestTimeout: duration({ description: "Within this time a request must have come as a whole", default: "30s" }),
  capacity: byteSize({
    description: "How much text may wait until there is room in the pipeline; more is answered with 429",
    default: "8MiB",
  }),
  maxWaiting: integer({
    description: "How many posts may wait for their answer until there is room; one more is answered with 429",
    default: 32,
    min: 1,
  }),
  header: documentFields.header,
  ...liveFields,
  ...postEntryFields,
  flushAfter,
} as const;

export type HttpSettings = SettingsOf<OptionsSchema<typeof httpFields>>;
