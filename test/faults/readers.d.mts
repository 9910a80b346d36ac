/** A file of a format that lexstream reads. */
export interface ReadableFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: Buffer;
  /** Each returns a digest of what it finds in the file: the reader alone, and what looks into the manifest beside it. */
  readonly reads: readonly ((path: string) => Promise<string>)[];
}

export function makeFiles(folder: string): Promise<ReadableFile[]>;
