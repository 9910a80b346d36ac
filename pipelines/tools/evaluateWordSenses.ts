import { pairedBootstrap, resampledShare, type ScoredInterval } from "../../kernels/evaluation/bootstrap.js";
import { mostFrequentSense, resampledMacroF1, SenseMeans } from "../../kernels/evaluation/wordSenses.js";
import { drawUint32, randomStream } from "../../kernels/numbers/random.js";
import { readEvaluationText } from "./evaluationSets.js";
import { openTargets, type TargetOptions } from "./openTargets.js";
import { readWordSenses, type WordSense } from "./wordSensesFile.js";

export interface WordSensesRequest extends TargetOptions {
  readonly file: string;
  /** Sentences of each sense at most to train on, and as many times its senses of each word to test on: drawn where there are more. */
  readonly perSense: number;
  readonly seed: number;
}

/** With 95 % intervals. */
export interface SenseScores {
  readonly accuracy: ScoredInterval;
  readonly macroF1: ScoredInterval;
}

/** Scores beside those of the most frequent sense. */
export interface ComparedSenseScores extends SenseScores {
  /** Of the accuracy, how much more it is. */
  readonly aboveMajority: ScoredInterval;
  /** Places without a vector, where the most frequent sense is told. */
  readonly withoutVectors: number;
}

interface ScoredPlaces {
  /** Sentences to train on, and to test on. */
  readonly train: number;
  readonly test: number;
  readonly senses: number;
  /** Of the sense that is most frequent where it is known. */
  readonly majority: SenseScores;
  readonly ways: Readonly<Record<string, ComparedSenseScores>>;
}

export interface WordSensesScores extends ScoredPlaces {
  readonly words: Readonly<Record<string, ScoredPlaces>>;
}

const DRAWS = 1000;

/**
 * Asks a language model, or static vectors, which sense words have where they stand: that with the nearest mean vector among sentences of known
 * sense. Macro-F1 is the mean over the senses of a word, and over all words. Intervals are those of `pairedBootstrap`, of 1,000 resamples of the
 * sentences to test on. State: the file, and the vectors of its sentences.
 */
export async function evaluateWordSenses(
  who: string,
  path: string,
  { file, perSense, seed, ...options }: WordSensesRequest,
): Promise<WordSensesScores> {
  const items = readWordSenses(await readEvaluationText(file), file);
  const [known, test] = partsOf(items, perSense, seed);
  const train = drawn(known, nameOfSense, () => perSense, seed);
  const vectors = await openTargets(
    who,
    path,
    options,
    test.slice(0, 50).map(({ place }) => place),
  );
  const senses = numbered(items.map(nameOfSense));
  const words = numbered(test.map(({ word }) => word));
  const senseOf = (item: WordSense) => senses.get(nameOfSense(item))!;
  const [ofTrain, ofTest] = [await vectors.read(placesOf(train)), await vectors.read(placesOf(test))];
  const frequent = new Map(
    [...words.keys()].map((word) => [word, mostFrequentSense(known.filter((item) => item.word === word).map(senseOf))]),
  );
  const majority = test.map(({ word }) => frequent.get(word)!);
  const told = vectors.ways.map((_, way) => {
    const means = new Map([...words.keys()].map((word) => [word, new SenseMeans()]));
    for (const [k, item] of train.entries()) {
      const vector = ofTrain[way]![k];
      if (vector) means.get(item.word)?.add(senseOf(item), vector);
    }
    return test.map(({ word }, k) => {
      const vector = ofTest[way]![k];
      return (vector && means.get(word)!.nearest(vector)) ?? majority[k]!;
    });
  });
  const given = test.map(senseOf);
  const wordOf = [...senses.keys()].map((sense) => words.get(sense.slice(0, sense.indexOf("\t"))) ?? -1);
  const scored = (trained: number, places: readonly number[]): ScoredPlaces => {
    const of = (answers: readonly number[]) => places.map((place) => answers[place]!);
    const compared = (answers: readonly number[]) =>
      compare({ given: of(given), told: of(answers), wordOf }, of(majority), seed);
    const ways = vectors.ways.map((way, k) => {
      const withoutVectors = places.filter((place) => !ofTest[k]![place]).length;
      return [way, { ...compared(told[k]!), withoutVectors }] as const;
    });
    const { accuracy, macroF1 } = compared(majority);
    return {
      ...{ train: trained, test: places.length, senses: new Set(of(given)).size },
      ...{ majority: { accuracy, macroF1 }, ways: Object.fromEntries(ways) },
    };
  };
  const byWord = [...words.keys()].map((word) => {
    const trained = train.filter((item) => item.word === word).length;
    const places = [...test.keys()].filter((place) => test[place]!.word === word);
    return [word, scored(trained, places)] as const;
  });
  return { ...scored(train.length, [...test.keys()]), words: Object.fromEntries(byWord) };
}

const nameOfSense = ({ word, sense }: WordSense) => `${word}\t${sense}`;
const placesOf = (items: readonly WordSense[]) => items.map(({ place }) => place);

/** Distinct names with numbers from 0, in the order in which they come. */
function numbered(names: readonly string[]): Map<string, number> {
  return new Map([...new Set(names)].map((name, number) => [name, number]));
}

/** All sentences to train on, and those to test on: as many of each word at most as its senses times a number, so that senses are as frequent as they are. */
function partsOf(items: readonly WordSense[], perSense: number, seed: number): [WordSense[], WordSense[]] {
  const [known, tested] = [false, true].map((isTest) => items.filter((item) => item.isTest === isTest)) as [
    WordSense[],
    WordSense[],
  ];
  const sensesOf = new Map<string, Set<string>>();
  for (const { word, sense } of items) sensesOf.set(word, (sensesOf.get(word) ?? new Set()).add(sense));
  const most = ({ word }: WordSense) => perSense * sensesOf.get(word)!.size;
  return [known, drawn(tested, ({ word }) => word, most, seed)];
}

/** At most so many sentences of each group: those with the lowest draws, in their order. */
function drawn(
  items: readonly WordSense[],
  groupOf: (item: WordSense) => string,
  most: (item: WordSense) => number,
  seed: number,
): WordSense[] {
  const draws = randomStream(seed, "sentences");
  const counts = new Map<string, number>();
  const order = [...items.keys()].sort((a, b) => drawUint32(draws, a) - drawUint32(draws, b));
  const kept = order.filter((place) => {
    const group = groupOf(items[place]!);
    const count = (counts.get(group) ?? 0) + 1;
    counts.set(group, count);
    return count <= most(items[place]!);
  });
  return kept.sort((a, b) => a - b).map((place) => items[place]!);
}

/** How good the told senses are, and how much better than the most frequent ones. */
function compare(
  { given, told, wordOf }: Parameters<typeof resampledMacroF1>[0],
  majority: readonly number[],
  seed: number,
): SenseScores & Pick<ComparedSenseScores, "aboveMajority"> {
  const right = (answers: readonly number[]) => resampledShare(given.map((sense, place) => sense === answers[place]));
  const options = { draws: DRAWS, seed };
  const shares = pairedBootstrap(given.length, right(majority), right(told), options);
  const f1 = (answers: readonly number[]) => resampledMacroF1({ given, told: answers, wordOf });
  const macro = pairedBootstrap(given.length, f1(majority), f1(told), options);
  const { score, low, high } = shares.difference;
  return { accuracy: shares.b, macroF1: macro.b, aboveMajority: { score, low, high } };
}
