import type { Command } from "./command.js";

interface ListedCommand {
  /** One line, no full stop. */
  readonly summary: string;
  /** Each is loaded when it is called for, so that none waits for what another needs. */
  readonly load: () => Promise<Command>;
}

/** In the order in which they are told. */
export const commands: Readonly<Record<string, ListedCommand>> = {
  train: {
    summary: "Learn a model from texts in one line: word2vec, glove, and any other that lexstream list names",
    load: async () => (await import("./commands/train.js")).train,
  },
  run: {
    summary: "Run a pipeline config: read text, make its data and models, write them to a folder",
    load: async () => (await import("./commands/run.js")).run,
  },
  lint: {
    summary: "Check configs without running them: keys, types, ranges, and that each step can read the one before",
    load: async () => (await import("./commands/lint.js")).lint,
  },
  test: {
    summary: "Run the tests that configs carry: inline documents in, expectations out",
    load: async () => (await import("./commands/test.js")).test,
  },
  list: {
    summary: "Name the sources, operators, models, sinks and ready configs, or tell all about one of them",
    load: async () => (await import("./commands/list.js")).list,
  },
  schema: {
    summary: "Print the JSON Schema of configs, for editors and other programs",
    load: async () => (await import("./commands/schema.js")).schema,
  },
  create: {
    summary: "Print a ready config to start from",
    load: async () => (await import("./commands/create.js")).create,
  },
  graph: {
    summary: "Draw a config's dataflow as a Mermaid flowchart",
    load: async () => (await import("./commands/graph.js")).graph,
  },
  inspect: {
    summary: "Say what files are, by their content: vectors, vocabulary, table, text, manifest; and what a run made",
    load: async () => (await import("./commands/inspect.js")).inspect,
  },
  neighbors: {
    summary: "Show the terms nearest to each given term, by cosine",
    load: async () => (await import("./commands/neighbors.js")).neighbors,
  },
  analogy: {
    summary: "A is to B as C is to what? By vector arithmetic",
    load: async () => (await import("./commands/analogy.js")).analogy,
  },
  drift: {
    summary: "Say how far words moved between two files of vectors, or two runs, and which neighbours changed",
    load: async () => (await import("./commands/drift.js")).drift,
  },
  map: {
    summary: "Draw vectors as a map of terms: a page to move about in, or a drawing",
    load: async () => (await import("./commands/map.js")).map,
  },
  plot: {
    summary: "Plot the loss of each epoch of finished runs, to compare them",
    load: async () => (await import("./commands/plot.js")).plot,
  },
  keywords: {
    summary: "Tell the phrases that say what texts are about",
    load: async () => (await import("./commands/keywords.js")).keywords,
  },
  summarize: {
    summary: "Tell the sentences that stand best for texts, in the order of the text",
    load: async () => (await import("./commands/summarize.js")).summarize,
  },
  classify: {
    summary: "Tell the labels of texts, a line of a file or of standard input each",
    load: async () => (await import("./commands/classify.js")).classify,
  },
  search: {
    summary: "Find the documents of an index that fit a query best",
    load: async () => (await import("./commands/search.js")).search,
  },
  quantize: {
    summary: "Make the file of a classifier small, as fastText's .ftz",
    load: async () => (await import("./commands/quantize.js")).quantize,
  },
  topics: {
    summary: "Show the first terms of each topic",
    load: async () => (await import("./commands/topics.js")).topics,
  },
  perplexity: {
    summary: "Tell how well a language model predicts a text",
    load: async () => (await import("./commands/perplexity.js")).perplexity,
  },
  generate: {
    summary: "Let a language model go on with a text",
    load: async () => (await import("./commands/generate.js")).generate,
  },
  next: {
    summary: "Show the terms that a language model expects behind a text",
    load: async () => (await import("./commands/next.js")).next,
  },
  fill: {
    summary: "Show the terms that a language model expects in the place of [MASK]",
    load: async () => (await import("./commands/fill.js")).fill,
  },
  attention: {
    summary: "Show the words that each word of a text looks at most in a language model",
    load: async () => (await import("./commands/attention.js")).attention,
  },
  score: {
    summary: "Tell how probable each text is to a language model, to choose among several",
    load: async () => (await import("./commands/score.js")).score,
  },
  vectors: {
    summary: "Give the words of a text their vectors where they stand, by a language model",
    load: async () => (await import("./commands/vectors.js")).vectors,
  },
  senses: {
    summary: "Group the places where a term stands by its vectors there, with typical sentences",
    load: async () => (await import("./commands/senses.js")).senses,
  },
  "word-in-context": {
    summary: "Learn over a language model whether a word has one sense in two sentences",
    load: async () => (await import("./commands/wordInContext.js")).wordInContext,
  },
  serve: {
    summary:
      "Answer questions over HTTP about vectors, a classifier, topics or an index of a file or run, and follow the file when it changes",
    load: async () => (await import("./commands/serve.js")).serve,
  },
  page: {
    summary: "Show runs and files of models in the browser: neighbours, maps, topics, losses, one beside the other",
    load: async () => (await import("./commands/page.js")).page,
  },
  eval: {
    summary:
      "Score vectors on word pairs and analogies, a language model on words in context, a classifier on texts with labels, topics on texts, or an index on queries",
    load: async () => (await import("./commands/eval.js")).evaluate,
  },
  tune: {
    summary: "Search the options of a config's model: train with some, score, and try others near the best",
    load: async () => (await import("./commands/tune.js")).tune,
  },
  compare: {
    summary:
      "Train every model over one text and write one table of scores, time and memory; or compare two models: scores with intervals, and neighbours side by side",
    load: async () => (await import("./commands/compare.js")).compare,
  },
  convert: {
    summary: "Write vectors or a classifier in another format",
    load: async () => (await import("./commands/convert.js")).convert,
  },
  cooccurrence: {
    summary: "Add, subtract, scale or cut co-occurrence tables, slide a window over them, or say what one holds",
    load: async () => (await import("./commands/cooccurrence.js")).cooccurrence,
  },
  verify: {
    summary: "Hash again every file that a run's manifest names, and say which have changed",
    load: async () => (await import("./commands/verify.js")).verify,
  },
  diff: {
    summary: "Say what two runs have differently, and why their outputs differ",
    load: async () => (await import("./commands/diff.js")).diff,
  },
};
