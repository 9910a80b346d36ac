type Schema = Readonly<Record<string, unknown>>;

const known = new Set([
  ...["$schema", "title", "description", "type", "const", "minimum", "pattern", "properties", "required"],
  ...["additionalProperties", "minProperties", "maxProperties", "items"],
]);

/** The faults of a value by a JSON Schema, of which this knows as much as the manifest's needs; another keyword is a fault too. */
export function faultsBy(schema: Schema, value: unknown, place = ""): string[] {
  const found: string[] = Object.keys(schema)
    .filter((keyword) => !known.has(keyword))
    .map((keyword) => `unknown keyword ${keyword}`);
  const check = (holds: boolean, what: string) => void (holds || found.push(`${place || "/"}: ${what}`));
  if ("const" in schema) check(value === schema.const, `must be ${schema.const}`);
  if ("type" in schema) check(isOf(schema.type as string, value), `must be ${schema.type}`);
  if ("minimum" in schema) check((value as number) >= (schema.minimum as number), "is too small");
  if ("pattern" in schema) check(new RegExp(schema.pattern as string, "u").test(value as string), "must match");
  if (schema.type === "array" && Array.isArray(value))
    found.push(...value.flatMap((item, k) => faultsBy((schema.items ?? {}) as Schema, item, `${place}/${k}`)));
  if (schema.type === "object" && isOf("object", value)) found.push(...objectFaults(schema, value as Schema, place));
  return found;
}

function objectFaults(schema: Schema, value: Schema, place: string): string[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const missing = ((schema.required ?? []) as string[]).filter((key) => !Object.hasOwn(value, key));
  const size = Object.keys(value).length;
  const isSized = size >= Number(schema.minProperties ?? 0) && size <= Number(schema.maxProperties ?? size);
  return [
    ...missing.map((key) => `${place}/${key}: is missing`),
    ...(isSized ? [] : [`${place}: has ${size} properties`]),
    ...Object.entries(value).flatMap(([key, entry]) => {
      const rule = properties[key] ?? schema.additionalProperties ?? {};
      return rule === false ? [`${place}/${key}: is not known`] : faultsBy(rule as Schema, entry, `${place}/${key}`);
    }),
  ];
}

function isOf(type: string, value: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}
