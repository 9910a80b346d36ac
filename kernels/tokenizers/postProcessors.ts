import { show } from "../../schemas/options.js";
import type { TokenizerPart } from "../../schemas/subwordVocabulary.js";
import { isRecord, partsOf, requireKnown } from "./tokenizerParts.js";

/** The special tokens that stand before and behind the ids of a text. */
export interface Frame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const nothing: Frame = { before: [], after: [] };

const postProcessors: Readonly<Record<string, (part: TokenizerPart, where: string) => Frame>> = {
  ByteLevel: () => nothing, // only moves offsets
  BertProcessing: ({ cls, sep }, where) => ({ before: [idOf(cls, where)], after: [idOf(sep, where)] }),
  RobertaProcessing: ({ cls, sep }, where) => ({ before: [idOf(cls, where)], after: [idOf(sep, where)] }),
  TemplateProcessing: template,
  Sequence: (part, where) =>
    partsOf(part, "processors", where)
      .map((step) => compilePostProcessor(step, where))
      .reduce(
        (inner, { before, after }) => ({ before: [...before, ...inner.before], after: [...inner.after, ...after] }),
        nothing,
      ),
};

/**
 * What a tokenizer adds to the ids of a text.
 * @throws SyntaxError if it is none of those that are known, or not whole
 */
export function compilePostProcessor(part: TokenizerPart | null, where: string): Frame {
  return part ? requireKnown(postProcessors, "post_processor", part, where)(part, where) : nothing;
}

/** Written `["[CLS]", 101]`. */
function idOf(token: unknown, where: string): number {
  const id: unknown = Array.isArray(token) ? token[1] : undefined;
  if (Number.isInteger(id)) return id as number;
  throw new SyntaxError(`${where}: cls and sep of a post_processor must be a token and its id, got ${show(token)}`);
}

function template({ single, special_tokens }: TokenizerPart, where: string): Frame {
  if (!Array.isArray(single) || !isRecord(special_tokens))
    throw new SyntaxError(`${where}: a TemplateProcessing must have single and special_tokens, got ${show(single)}`);
  const items: readonly unknown[] = single;
  const text = items.findIndex((item) => isRecord(item) && "Sequence" in item);
  if (text < 0)
    throw new SyntaxError(`${where}: single of a TemplateProcessing must have the text in it, got ${show(single)}`);
  const ids = (some: readonly unknown[]) => some.flatMap((item) => specialIds(item, special_tokens, where));
  return { before: ids(items.slice(0, text)), after: ids(items.slice(text + 1)) };
}

function specialIds(item: unknown, known: Readonly<Record<string, unknown>>, where: string): readonly number[] {
  const { SpecialToken: named } = (item ?? {}) as { readonly SpecialToken?: { readonly id?: unknown } };
  const { ids } = (known[String(named?.id)] ?? {}) as { readonly ids?: unknown };
  if (Array.isArray(ids) && ids.every(Number.isInteger)) return ids as number[];
  throw new SyntaxError(`${where}: a TemplateProcessing must have the ids of its special tokens, got ${show(item)}`);
}
