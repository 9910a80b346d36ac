/** Names in the folder of a run by which it is known. */
export const MANIFEST = "manifest.json";
export const LOCK = ".lock";
export const CHECKPOINT = ".checkpoint";
/** In the checkpoint's folder: how far an unfinished run has come. */
export const CHECKPOINT_STATE = "state.json";

/** Where a run lists the documents that its source rejected; `only` reads them again. */
export const REJECTED = "rejected.jsonl";

/** Where a run describes its outputs for programs that load datasets. */
export const CROISSANT = "croissant.json";

/** The series of a run's progress, for whoever looks at its curves: no output, and not among what the manifest tells. */
export const HISTORY = "progress.jsonl";

/** Names in a run's folder that no output may take. */
export const SCRATCH = ".scratch";
