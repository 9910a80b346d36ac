/** What gensim, fastText, word2vec.c and GloVe call the options that many models have; for `aliases` of their fields. */
export const lengthNames = ["dim", "size", "vector"] as const;
export const epochNames = ["epoch", "iter", "iterations"] as const;
export const rateNames = ["lr", "alpha", "eta"] as const;
export const threadNames = ["thread", "threads"] as const;
