import { type Model, models } from "./api.js";

/** The models that answer a question. */
export const modelsFor = (question: string): readonly Model[] =>
  (models.value ?? []).filter(({ questions }) => questions.includes(question));

/** Differs once one of some models has another snapshot. */
export const stampOf = (some: readonly Model[]): string =>
  some.map(({ model, summary }) => `${model} ${summary.sequence}`).join();

/** Those of the address, by their names with commas between; all where it names none. */
export function chosenModels(all: readonly Model[], names: string): readonly Model[] {
  const wanted = names.split(",");
  const chosen = all.filter(({ model }) => wanted.includes(model));
  return chosen.length > 0 ? chosen : all;
}
