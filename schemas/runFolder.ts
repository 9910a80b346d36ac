/** Names in the folder of a run by which it is known. */
export const MANIFEST = "manifest.json";
export const LOCK = ".lock";
export const CHECKPOINT = ".checkpoint";
/** In the checkpoint's folder: how far an unfinished run has come. */
export const CHECKPOINT_STATE = "state.json";
