import { join } from "node:path";
import { plural } from "../../schemas/plural.js";
import { REJECTED } from "../../schemas/runFolder.js";
import type { TableFile } from "../../schemas/tables.js";
import { openTable } from "../../storage/tables/tableFile.js";
import type { FileRecord } from "./fileRecord.js";
import type { Manifest } from "./manifest.js";

const ENCODINGS: Readonly<Record<string, string>> = {
  arrow: "application/vnd.apache.arrow.file",
  feather: "application/vnd.apache.arrow.file",
  parquet: "application/x-parquet",
  jsonl: "application/jsonlines",
  tsv: "text/tab-separated-values",
  gz: "application/gzip",
  txt: "text/plain",
  vec: "text/plain",
  glove: "text/plain",
};

/** The context that the specification recommends in its appendix. */
const CONTEXT = {
  "@language": "en",
  "@vocab": "https://schema.org/",
  citeAs: "cr:citeAs",
  column: "cr:column",
  conformsTo: "dct:conformsTo",
  cr: "http://mlcommons.org/croissant/",
  data: { "@id": "cr:data", "@type": "@json" },
  dataBiases: "cr:dataBiases",
  dataCollection: "cr:dataCollection",
  dataType: { "@id": "cr:dataType", "@type": "@vocab" },
  dct: "http://purl.org/dc/terms/",
  extract: "cr:extract",
  field: "cr:field",
  fileProperty: "cr:fileProperty",
  fileObject: "cr:fileObject",
  fileSet: "cr:fileSet",
  format: "cr:format",
  includes: "cr:includes",
  isLiveDataset: "cr:isLiveDataset",
  jsonPath: "cr:jsonPath",
  key: "cr:key",
  md5: "cr:md5",
  parentField: "cr:parentField",
  path: "cr:path",
  personalSensitiveInformation: "cr:personalSensitiveInformation",
  recordSet: "cr:recordSet",
  references: "cr:references",
  regex: "cr:regex",
  repeated: "cr:repeated",
  replace: "cr:replace",
  sc: "https://schema.org/",
  separator: "cr:separator",
  source: "cr:source",
  subField: "cr:subField",
  transform: "cr:transform",
};

/**
 * Describes a run's outputs as a dataset: every file with its hash, and the columns of those that dataset tools read (Parquet, and
 * the list of rejected documents).
 *
 * License, URL, creator and date of publication, which the specification requires, are the config's to say, under `dataset`.
 * @see https://docs.mlcommons.org/croissant/docs/croissant-spec.html, version 1.0
 */
export async function makeCroissant(
  {
    name,
    about,
    lexstream,
    inputs,
  }: Pick<Manifest, "name" | "about" | "lexstream"> & { readonly inputs: readonly FileRecord[] },
  folder: string,
  outputs: readonly FileRecord[],
): Promise<Record<string, unknown>> {
  const {
    description = `Made of ${plural(inputs.length, "file")} of text by lexstream ${lexstream}`,
    creator,
    ...others
  } = about;
  const recordSets = await Promise.all(outputs.map((output) => recordSetOf(output, folder)));
  return {
    "@context": CONTEXT,
    "@type": "sc:Dataset",
    conformsTo: "http://mlcommons.org/croissant/1.0",
    name,
    description,
    ...others,
    ...(creator === undefined ? {} : { creator: { "@type": "sc:Organization", name: creator } }),
    distribution: outputs.map(fileObject),
    recordSet: recordSets.filter((found) => found !== undefined),
  };
}

const extensionOf = (path: string) => /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";

function fileObject({ path, bytes, sha256 }: FileRecord): Record<string, unknown> {
  return {
    "@type": "cr:FileObject",
    "@id": path,
    name: path,
    contentUrl: path,
    contentSize: `${bytes} B`,
    encodingFormat: ENCODINGS[extensionOf(path)] ?? "application/octet-stream",
    sha256,
  };
}

async function recordSetOf({ path }: FileRecord, folder: string): Promise<Record<string, unknown> | undefined> {
  if (path === REJECTED) return recordSet(path, REJECTION_FIELDS);
  if (extensionOf(path) !== "parquet") return undefined;
  const { columns } = await openTable(join(folder, path));
  return recordSet(
    path,
    columns.map((column) => ({ ...typeOf(column), name: column.name, extract: { column: column.name } })),
  );
}

interface FieldShape {
  readonly name: string;
  readonly dataType: string;
  readonly repeated?: true;
  readonly extract: Readonly<Record<string, string>>;
}

const REJECTION_FIELDS: readonly FieldShape[] = [
  { name: "source", dataType: "sc:Text", extract: { jsonPath: "$.source" } },
  { name: "document", dataType: "sc:Integer", extract: { jsonPath: "$.document" } },
  { name: "offset", dataType: "sc:Integer", extract: { jsonPath: "$.offset" } },
  { name: "reason", dataType: "sc:Text", extract: { jsonPath: "$.reason" } },
];

function recordSet(path: string, fields: readonly FieldShape[]): Record<string, unknown> {
  const id = `${path}/rows`;
  return {
    "@type": "cr:RecordSet",
    "@id": id,
    name: id,
    field: fields.map(({ name, extract, ...type }) => ({
      "@type": "cr:Field",
      "@id": `${id}/${name}`,
      name,
      ...type,
      source: { fileObject: { "@id": path }, extract },
    })),
  };
}

/** As `openTable` names the types of Parquet: `UTF8`, `INT32`, `LIST<FLOAT>`. */
function typeOf({ type }: TableFile["columns"][number]): Pick<FieldShape, "dataType" | "repeated"> {
  const dataType = type.includes("UTF8") ? "sc:Text" : type.includes("INT") ? "sc:Integer" : "sc:Float";
  return type.includes("<") ? { dataType, repeated: true } : { dataType };
}
