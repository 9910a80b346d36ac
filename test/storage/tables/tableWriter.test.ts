import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { arrowFormat, writeTable } from "#storage";
import { temporaryFolder } from "../../support/temporaryFolder.js";

it.each([
  {
    schema: { term: "text" },
    fault: 'tables: a table must state its columns, as { columns: { term: "text" } }, got undefined',
  },
  {
    schema: { columns: { term: "string" } },
    fault: 'tables: a column must hold one of text, int8, int32, float32, float64, got "string"',
  },
  {
    schema: { columns: { terms: { list: "int64" } } },
    fault: 'tables: a column must hold one of text, int8, int32, float32, float64, got "int64"',
  },
])("refuses columns of a module from outside that it cannot write: $fault", async ({ schema, fault }) => {
  const path = join(await temporaryFolder(), "table.arrow");
  await expect(writeTable(path, schema as never, arrowFormat, async () => {})).rejects.toThrow(new TypeError(fault));
  expect(existsSync(path)).toBe(false);
});
