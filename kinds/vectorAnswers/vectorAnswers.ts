import type { WasmMemory } from "../../kernels/numbers/webAssembly.js";
import { type Answers, defineQuestion, type JsonSchema, type Transport } from "../../schemas/answers.js";
import { integer, oneOf, text } from "../../schemas/fields.js";
import type { VectorTable } from "../../schemas/vectors.js";
import type { AskedVectors } from "./askedVectors.js";
import type { CopiedVectors } from "./copiedVectors.js";
import { mapQuestions } from "./mapQuestions.js";
import { packTerms } from "./packedTerms.js";
import { shareRows } from "./sharedRows.js";
import { shareSubwords } from "./sharedSubwords.js";

const MOST_NEIGHBORS = 1000;
const MOST_TERMS = 1000;
const MOST_IN_MATRIX = 50;

const missing = "The term is not in the vocabulary, and no vector can be made of its subwords";
const term = (description: string) => text({ description, minLength: 1 });
const k = integer({ description: "How many terms", min: 1, max: MOST_NEIGHBORS, default: 10 });

const string: JsonSchema = { type: "string" };
const near: JsonSchema = {
  type: "array",
  items: {
    type: "object",
    properties: { term: string, score: { type: "number" } },
    required: ["term", "score"],
    additionalProperties: false,
  },
};

const isMade = {
  madeOfSubwords: {
    type: "boolean",
    description: "The term is not in the vocabulary: its vector was made of its subwords",
  },
};
const areMade = {
  madeOfSubwords: {
    type: "array",
    items: string,
    description: "Terms that are not in the vocabulary: their vectors were made of their subwords",
  },
};

/** What a reply about a term tells, if it is not in the vocabulary. */
const madeOf = (vectors: AskedVectors, term: string) =>
  vectors.unseen([term]).length > 0 ? { madeOfSubwords: true } : {};

/** What a reply about several terms tells, if some are not in the vocabulary. */
function madeAmong(vectors: AskedVectors, ...terms: string[]) {
  const madeOfSubwords = vectors.unseen(terms);
  return madeOfSubwords.length > 0 ? { madeOfSubwords } : {};
}

const questions = [
  defineQuestion({
    name: "neighbors",
    fields: { term: term("The term whose neighbours are wanted"), k },
    summary: "The terms with the highest cosine to a term",
    reply: { term: string, neighbors: near },
    mayReply: isMade,
    missing,
    answer: async (vectors: AskedVectors, { term, k }) => ({
      term,
      ...madeOf(vectors, term),
      neighbors: await vectors.neighbors(term, k),
    }),
  }),
  defineQuestion({
    name: "similarity",
    fields: { a: term("One term"), b: term("Another term") },
    summary: "The cosine of two terms",
    reply: { a: string, b: string, similarity: { type: "number" } },
    mayReply: areMade,
    missing,
    answer: (vectors: AskedVectors, { a, b }) => ({
      ...{ a, b },
      ...madeAmong(vectors, a, b),
      similarity: vectors.similarity(a, b),
    }),
  }),
  defineQuestion({
    name: "analogy",
    fields: {
      a: term("a is to b"),
      b: term("a is to b"),
      c: term("as c is to the answer"),
      method: oneOf(["3CosAdd", "3CosMul"], { description: "How cosines are combined", default: "3CosAdd" }),
      k,
    },
    summary: "The terms that are to c as b is to a",
    reply: { a: string, b: string, c: string, method: string, answers: near },
    mayReply: areMade,
    missing,
    answer: async (vectors: AskedVectors, { a, b, c, method, k }) => ({
      ...{ a, b, c, method },
      ...madeAmong(vectors, a, b, c),
      answers: await vectors.analogy(a, b, c, method, k),
    }),
  }),
  defineQuestion({
    name: "vector",
    fields: { term: term("The term whose vector is wanted") },
    summary: "A term's vector, as learned, or made of its subwords",
    reply: { term: string, vector: { type: "array", items: { type: "number" } } },
    mayReply: isMade,
    missing,
    answer: (vectors: AskedVectors, { term }) => ({
      term,
      ...madeOf(vectors, term),
      vector: vectors.vectorOf(term),
    }),
  }),
  defineQuestion({
    name: "vocabulary",
    fields: {
      prefix: text({ description: "What the terms begin with", default: "" }),
      limit: integer({ description: "How many terms at most", min: 1, max: MOST_TERMS, default: 100 }),
      after: text({ description: "The last term of the page before", optional: true }),
    },
    summary: "Terms in the order of their code points, a page at a time",
    reply: { terms: { type: "array", items: string } },
    mayReply: { after: string },
    answer: (vectors: AskedVectors, { prefix, limit, after }) => {
      const page = vectors.page(prefix, after, limit + 1);
      const terms = page.slice(0, limit);
      return { terms, ...(page.length > limit ? { after: terms.at(-1) } : {}) };
    },
  }),
  defineQuestion({
    name: "rank",
    fields: { term: term("The term whose place is wanted") },
    summary: "A term's place in the table, which has the most frequent terms first",
    reply: { term: string, of: { type: "integer" } },
    mayReply: { rank: { type: "integer", description: "From 1; left out of a term that is not in the vocabulary" } },
    answer: (vectors: AskedVectors, { term }) => {
      const row = vectors.rowOf(term);
      return { term, of: vectors.terms.length, ...(row === undefined ? {} : { rank: row + 1 }) };
    },
  }),
  defineQuestion({
    name: "matrix",
    fields: { terms: text({ description: `Up to ${MOST_IN_MATRIX} terms with commas between`, minLength: 1 }) },
    summary: "The cosine of each of some terms to each",
    reply: {
      terms: { type: "array", items: string },
      cosines: { type: "array", items: { type: "array", items: { type: "number" } } },
    },
    mayReply: areMade,
    missing,
    answer: (vectors: AskedVectors, { terms: written }) => {
      const terms = [...new Set(written.split(",").filter((each) => each !== ""))];
      if (terms.length > MOST_IN_MATRIX)
        throw new RangeError(`matrix: terms must be at most ${MOST_IN_MATRIX}, got ${terms.length}`);
      return { terms, ...madeAmong(vectors, ...terms), cosines: vectors.cosines(terms) };
    },
  }),
  ...mapQuestions<AskedVectors>({
    terms: ({ terms }) => terms,
    count: ({ terms }) => terms.length,
    newest: (vectors, top) => vectors.layouts.of(vectors, top),
    version: ({ layouts }, version) => layouts.version(version),
    versions: ({ layouts }, top) => layouts.versions(top),
  }),
];

/** The rows, and those of subwords, lie in shared memory, each in two places that are written in turn; terms are sent once. */
const transport: Transport<VectorTable> = {
  copier() {
    const unused: WasmMemory[] = [];
    const unusedBySubwords: SharedArrayBuffer[] = [];
    let sent: readonly string[] | undefined;
    return {
      copy({ terms, values, vectorSize, subwords }): CopiedVectors {
        const rows = shareRows({ terms, values, vectorSize }, unused);
        const packed = terms === sent ? undefined : packTerms(terms);
        sent = terms;
        return { ...rows, terms: packed, subwords: subwords && shareSubwords(subwords, unusedBySubwords) };
      },
      takeBack(memory: WasmMemory | SharedArrayBuffer) {
        if (memory instanceof SharedArrayBuffer) unusedBySubwords.push(memory);
        else unused.push(memory);
      },
    };
  },
  opener: async (giveBack) => (await import("./vectorOpener.js")).vectorOpener(giveBack),
};

/** Neighbours, analogies and vectors of terms; all rows are looked through on a thread of its own. */
export const vectorAnswers: Answers<VectorTable> = {
  about: "word vectors",
  questions,
  told: {
    terms: { of: ({ terms }: AskedVectors) => terms.length },
    vectorSize: { of: ({ shared }: AskedVectors) => shared.layout.vectorSize, isFixed: true },
  },
  transport,
};
