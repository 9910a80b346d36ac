import type { EntrySettings } from "./documentEntry.js";

export interface ReadSettings extends EntrySettings {
  readonly field: string;
  readonly header: boolean;
  readonly chunkSize: number;
  readonly maxRecordLength: number;
  readonly maxExpansion: number;
  readonly maxDocumentLength: number | undefined;
  readonly only: string | undefined;
}
