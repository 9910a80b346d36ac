import { boolean, type ClassifierLoss, integer, number, oneOf } from "../../schemas/index.js";

/** Texts that are learned again with one, at most. */
export const MAX_REPLAY = 100;

/** Options of fastTextClassifier for streams without end, and for labels that are many or rare. */
export const onlineFields = {
  minLearningRate: number({ min: 0, default: 0, description: "Step size that is not fallen below" }),
  schedule: oneOf(["linear", "constant", "inverse"], {
    optional: true,
    description:
      "How the step size goes from learningRate to minLearningRate: linear over all epochs, inverse as 1 / (1 + words / decayTokens); constant never falls. linear if left out, and with online constant",
  }),
  decayTokens: integer({
    min: 1,
    default: 10_000_000,
    description: "Words after which the step size has come down to half, for inverse",
  }),
  online: boolean({
    default: false,
    description:
      "Follow a vocabulary that changes with the stream, such as growVocab's, and labels that appear in it, in one pass without end",
  }),
  replay: integer({
    min: 0,
    max: MAX_REPLAY,
    default: 8,
    description: "Texts of the recent past that are learned again with each new one, with online",
  }),
  replayTexts: integer({
    min: 1,
    max: 10_000_000,
    default: 20_000,
    description: "The most recent texts, of which these are drawn, with online",
  }),
  maxLabels: integer({
    min: 2,
    max: 1_000_000,
    optional: true,
    description:
      "The most labels that are told apart; of a text's labels further ones are left out and counted: the rarest, or with online those that appear last. All if left out, and with online 1000",
  }),
  minLabelCount: integer({
    min: 1,
    default: 1,
    aliases: ["minCountLabel"],
    description: "Texts that a label needs to be told apart; rarer ones are left out and counted",
  }),
} as const;

interface Chosen {
  readonly epochs: number;
  readonly schedule: string;
  readonly loss: ClassifierLoss;
  readonly sentenceEnd: boolean;
  readonly patience: number;
}

/**
 * The length of a stream is not known beforehand. The Huffman tree of a classifier follows from the texts of its labels, in fastText's files as
 * here, so a tree that other counts have made could neither be written nor asked.
 */
export function requireOnline({ epochs, schedule, loss, sentenceEnd, patience }: Chosen): void {
  const wrong = [
    ["epochs", "1", epochs, epochs === 1],
    ["schedule", "constant or inverse", schedule, schedule !== "linear"],
    ["loss", "softmax, negativeSampling or oneVsAll", loss, loss !== "hierarchicalSoftmax"],
    ["sentenceEnd", "false", sentenceEnd, !sentenceEnd],
    ["patience", "0", patience, patience === 0],
  ].find(([, , , holds]) => !holds);
  if (wrong) throw new RangeError(`fastTextClassifier: ${wrong[0]} must be ${wrong[1]} with online, got ${wrong[2]}`);
}
