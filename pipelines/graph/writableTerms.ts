import type { ConfigProblem } from "../config/configText.js";
import { behind, nodesOf, type PipelineNode } from "./nodes.js";

/** What options alone say of terms that a writer behind them could not write. */
export function unwritableTerms(root: PipelineNode): ConfigProblem[] {
  return nodesOf(root).flatMap((node) =>
    Object.entries(termsOf(node)).flatMap(([option, terms]) => {
      const fault = faultOfTerms(node, terms);
      const message = `${node.unit.name}: ${option} must make terms that can be written, but ${fault}`;
      return fault === undefined ? [] : [{ path: [...node.id.split("/"), option], message }];
    }),
  );
}

/**
 * Looks at a finished vocabulary for all that will write its terms, so that nothing is learned that cannot be written.
 * @throws RangeError naming a writer and the term
 */
export function requireWritable(node: PipelineNode, terms: readonly string[]): void {
  for (const { unit, options } of behind(node)) unit.requireTerms?.(options as never, terms);
}

function termsOf({ unit, options }: PipelineNode): Readonly<Record<string, readonly string[]>> {
  return unit.termsOf?.(options as never) ?? {};
}

function faultOfTerms(node: PipelineNode, terms: readonly string[]): string | undefined {
  try {
    requireWritable(node, terms);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
