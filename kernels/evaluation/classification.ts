/**
 * How well predicted labels agree with given ones (Manning, Raghavan and Schütze 2008, "Introduction to Information Retrieval", sections 8.3
 * and 13.6), and how well probabilities do with how often they are right (Guo et al. 2017, arXiv:1706.04599, section 2).
 */
export interface ClassifiedDocument {
  /** Labels given, and the labels predicted with their probabilities, the most probable first. */
  readonly given: readonly string[];
  readonly predicted: readonly { readonly label: string; readonly probability: number }[];
}

export interface LabelScores {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Documents that were given the label. */
  readonly documents: number;
}

export interface ReliabilityBin {
  /** Probabilities from `from` to `to`. */
  readonly from: number;
  readonly to: number;
  readonly documents: number;
  readonly meanProbability: number;
  readonly shareRight: number;
}

export interface ClassificationScores {
  /** Documents with a given label and a predicted one. */
  readonly documents: number;
  /** Documents without a given label, which are left out. */
  readonly withoutLabels: number;
  /** Documents without a feature that is known, for which nothing is predicted; they count as wrong. */
  readonly withoutPrediction: number;
  readonly k: number;
  /** Right ones among the k predicted labels, and among the given ones. */
  readonly precisionAtK: number;
  readonly recallAtK: number;
  /** Of the most probable label alone; macro is the mean over the labels. */
  readonly microF1: number;
  readonly macroF1: number;
  readonly labels: readonly LabelScores[];
  /** The most frequent confusions: documents of one label that were predicted another. */
  readonly confusions: readonly { readonly given: string; readonly predicted: string; readonly documents: number }[];
  /** Mean distance of probability and share of right ones over the bins, weighted by documents. */
  readonly calibrationError: number;
  readonly reliability: readonly ReliabilityBin[];
}

const BINS = 15;

/** State: one entry a label, and one a pair of confused labels. */
export function scoreClassification(documents: Iterable<ClassifiedDocument>, k: number): ClassificationScores {
  const tallies = new Map<string, { right: number; predicted: number; given: number }>();
  const tallyOf = (label: string) => {
    const known = tallies.get(label) ?? { right: 0, predicted: 0, given: 0 };
    tallies.set(label, known);
    return known;
  };
  const confusions = new Map<string, Map<string, number>>();
  const bins = Array.from({ length: BINS }, () => ({ documents: 0, probability: 0, right: 0 }));
  const total = { documents: 0, withoutLabels: 0, withoutPrediction: 0, right: 0, predicted: 0, given: 0 };
  for (const { given, predicted } of documents) {
    if (given.length === 0) {
      total.withoutLabels++;
      continue;
    }
    total.documents++;
    total.given += given.length;
    for (const label of given) tallyOf(label).given++;
    const first = predicted[0];
    if (!first) {
      total.withoutPrediction++;
      total.predicted += k; // all of them wrong
      continue;
    }
    const best = predicted.slice(0, k);
    total.predicted += best.length;
    total.right += best.filter(({ label }) => given.includes(label)).length;
    const isRight = given.includes(first.label);
    tallyOf(first.label).predicted++;
    if (isRight) tallyOf(first.label).right++;
    else for (const label of given) count(confusions, label, first.label);
    const bin = bins[Math.min(BINS - 1, Math.floor(first.probability * BINS))]!;
    bin.documents++;
    bin.probability += first.probability;
    if (isRight) bin.right++;
  }
  const labels = [...tallies].map(([label, tally]) => scoresOf(label, tally)).sort((a, b) => b.documents - a.documents);
  const sums = [...tallies.values()].reduce(
    (sum, { right, predicted, given }) => ({ right: sum.right + right, all: sum.all + predicted + given }),
    { right: 0, all: 0 },
  );
  const given = labels.filter(({ documents }) => documents > 0);
  const reliability = bins.map(({ documents, probability, right }, bin) => ({
    from: bin / BINS,
    to: (bin + 1) / BINS,
    documents,
    meanProbability: share(probability, documents),
    shareRight: share(right, documents),
  }));
  return {
    documents: total.documents,
    withoutLabels: total.withoutLabels,
    withoutPrediction: total.withoutPrediction,
    k,
    precisionAtK: share(total.right, total.predicted),
    recallAtK: share(total.right, total.given),
    microF1: share(2 * sums.right, sums.all),
    macroF1: share(
      given.reduce((sum, { f1 }) => sum + f1, 0),
      given.length,
    ),
    labels,
    confusions: mostFrequent(confusions),
    calibrationError: share(
      reliability.reduce(
        (sum, { documents, meanProbability, shareRight }) => sum + documents * Math.abs(meanProbability - shareRight),
        0,
      ),
      total.documents - total.withoutPrediction,
    ),
    reliability: reliability.filter(({ documents }) => documents > 0),
  };
}

/** 0 where there is nothing. */
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function scoresOf(
  label: string,
  { right, predicted, given }: { readonly right: number; readonly predicted: number; readonly given: number },
): LabelScores {
  return {
    label,
    precision: share(right, predicted),
    recall: share(right, given),
    f1: share(2 * right, predicted + given),
    documents: given,
  };
}

function count(confusions: Map<string, Map<string, number>>, given: string, predicted: string): void {
  const row = confusions.get(given) ?? new Map<string, number>();
  row.set(predicted, (row.get(predicted) ?? 0) + 1);
  confusions.set(given, row);
}

/** Equal ones in the order in which they were met. */
function mostFrequent(confusions: Map<string, Map<string, number>>) {
  return [...confusions]
    .flatMap(([given, row]) => [...row].map(([predicted, documents]) => ({ given, predicted, documents })))
    .sort((a, b) => b.documents - a.documents);
}
