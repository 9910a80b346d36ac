export const CONFIG_KEYS = [
  "name",
  "description",
  "dataset",
  "seed",
  "maxRejected",
  "checkpoint",
  "snapshot",
  "plugins",
  "source",
  "steps",
  "branches",
  "tests",
] as const;

export const DATASET_KEYS = ["license", "url", "creator", "datePublished"] as const;
