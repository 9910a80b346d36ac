import { flowOf, readyConfigs, unitHelp } from "../../pipelines/index.js";
import { type AnyUnit, didYouMean } from "../../schemas/index.js";
import { type Command, jsonOption, pluginOption, UsageError } from "../command.js";
import { registryOf } from "../pluginOptions.js";

export const list: Command = {
  name: "list",
  usage: "[UNIT]",
  positionals: [0, 1],
  options: { plugin: pluginOption, json: jsonOption },
  examples: ["lexstream list", "lexstream list tokenize"],
  run: async (parsed, io) => {
    const [name] = parsed.positionals;
    const schemas = [...(await registryOf(parsed)).units.values()];
    if (name !== undefined) {
      const schema = schemas.find((candidate) => candidate.name === name);
      if (!schema) throw await unknownUnit(name, schemas);
      io.out(`${unitHelp(schema)}\n`);
      return 0;
    }
    const configs = await readyConfigs();
    if (parsed.flag("json")) {
      const units = schemas.map(({ name: unit, kind, reads, needs = {}, makes, summary }) => ({
        name: unit,
        kind,
        reads,
        needs,
        makes,
        summary,
      }));
      io.out(`${JSON.stringify({ units, configs })}\n`);
      return 0;
    }
    const width = Math.max(...schemas.map((schema) => schema.name.length));
    for (const kind of ["source", "operator", "model", "sink"] as const) {
      io.out(`${kind}s\n`);
      for (const schema of schemas.filter((candidate) => candidate.kind === kind)) {
        io.out(`  ${schema.name.padEnd(width)}  ${flowOf(schema)}: ${schema.summary}\n`);
      }
    }
    io.out(`ready configs\n  ${configs.join(", ")}\n`);
    return 0;
  },
};

async function unknownUnit(name: string, schemas: readonly AnyUnit[]): Promise<UsageError> {
  if ((await readyConfigs()).includes(name))
    return new UsageError(`list: ${name} is a ready config; lexstream create ${name} prints it`);
  const known = schemas.map((unit) => unit.name);
  return new UsageError(`list: unknown unit "${name}"${didYouMean(name, known)}; known units are ${known.join(", ")}`);
}
