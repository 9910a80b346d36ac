import type { JsonSchema, OptionsSchema } from "../schemas/index.js";
import type { ServerMetrics } from "./metrics.js";
import type { ServedModel } from "./servedModel.js";

export interface EndpointContext {
  /** Everything that can be asked. */
  readonly endpoints: readonly Endpoint[];
  /** Whoever names no model asks the first. */
  readonly models: readonly ServedModel[];
  readonly metrics: ServerMetrics;
}

export interface Endpoint {
  /** What the path is, without its slash; the fields are its query. */
  readonly query: OptionsSchema;
  /** The field that a posted text is; undefined if nothing can be posted. */
  readonly body?: string | undefined;
  /** One sentence, no full stop. */
  readonly summary: string;
  readonly contentType: "application/json" | "text/plain; version=0.0.4; charset=utf-8";
  /** JSON Schema of the answer. */
  readonly answer: JsonSchema;
  /** What a 404 means beyond an unknown path. */
  readonly missing?: string | undefined;
  readonly handle: (settings: Readonly<Record<string, unknown>>, context: EndpointContext) => unknown;
}
