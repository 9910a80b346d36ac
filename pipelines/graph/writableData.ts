import type { SubwordForm } from "../../schemas/subwords.js";
import type { ConfigProblem } from "../config/configError.js";
import { behind, nodesOf, type PipelineNode } from "./nodes.js";

/** What options alone say of terms and subwords that a writer behind them could not write. */
export function unwritableData(root: PipelineNode): ConfigProblem[] {
  return nodesOf(root).flatMap((node) => [
    ...problemsOf(node, "terms", termsOf(node), (terms) => requireWritable(node, terms)),
    ...problemsOf(node, "subwords", subwordsOf(node), (units) => requireWritableSubwords(node, units)),
  ]);
}

function problemsOf<T>(
  node: PipelineNode,
  what: string,
  byOption: Readonly<Record<string, T>>,
  check: (value: T) => void,
): ConfigProblem[] {
  return Object.entries(byOption).flatMap(([option, value]) => {
    const fault = faultOf(() => check(value));
    const message = `${node.unit.name}: ${option} must make ${what} that can be written, but ${fault}`;
    return fault === undefined ? [] : [{ path: [...node.id.split("/"), option], message }];
  });
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

function requireWritableSubwords(node: PipelineNode, units: SubwordForm["units"]): void {
  for (const { unit, options } of behind(node)) unit.requireSubwords?.(options as never, units);
}

function subwordsOf({ unit, options }: PipelineNode): Readonly<Record<string, SubwordForm["units"]>> {
  return unit.subwordsOf?.(options as never) ?? {};
}

function faultOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
