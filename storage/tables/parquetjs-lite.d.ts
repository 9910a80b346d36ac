// The package has no types. Only what the Parquet writer and tests use is declared here.
declare module "parquetjs-lite" {
  export interface FieldOptions {
    type?: string;
    repeated?: boolean;
    compression?: "UNCOMPRESSED" | "SNAPPY" | "GZIP";
    statistics?: boolean;
    fields?: Record<string, FieldOptions>;
  }

  export class ParquetSchema {
    constructor(fields: Record<string, FieldOptions>);
    readonly fieldList: readonly { readonly path: readonly string[]; readonly isNested?: boolean }[];
  }

  export interface WriterOptions {
    rowGroupSize?: number;
    pageSize?: number;
    pageIndex?: boolean;
    useDataPageV2?: boolean;
  }

  export class ParquetEnvelopeWriter {
    constructor(
      schema: ParquetSchema,
      write: (bytes: Buffer) => unknown,
      close: () => unknown,
      offset: number,
      options: WriterOptions,
    );
  }

  /** One column of the page being filled. */
  export interface PageColumn {
    values: unknown[];
    rlevels: number[];
    dlevels: number[];
    count: number;
    distinct_values: Set<unknown>;
  }

  export interface RowBuffer {
    rowCount: number;
    pageRowCount: number;
    columnData: Record<string, PageColumn>;
    pages: Record<string, unknown[]>;
  }

  export class ParquetWriter {
    constructor(schema: ParquetSchema, envelope: ParquetEnvelopeWriter, options: WriterOptions);
    static openFile(schema: ParquetSchema, path: string): Promise<ParquetWriter>;
    rowBuffer: RowBuffer | Record<string, never>;
    setMetadata(key: string, value: string): void;
    appendRow(row: Record<string, unknown>): Promise<void>;
    close(): Promise<void>;
  }
}
