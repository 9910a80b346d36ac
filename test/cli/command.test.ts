import { expect, it } from "vitest";
import { withBareValues } from "../../dist/cli/command.js";

it.each([
  [["--serve"], ["--serve=here"]],
  [
    ["--serve", "--json"],
    ["--serve=here", "--json"],
  ],
  [
    ["--serve", "there", "config"],
    ["--serve", "there", "config"],
  ],
  [["--serve=there"], ["--serve=there"]],
  [
    ["serve", "--json"],
    ["serve", "--json"],
  ],
])("gives an option that may stand without a value its own where none follows: %j", (given, expected) => {
  const serve = { type: "string", bare: "here", description: "" } as const;
  const command = {
    name: "run",
    summary: "",
    usage: "",
    positionals: [0, 1],
    options: { serve },
    run: async () => 0,
  } as const;
  expect(withBareValues(command, given)).toEqual(expected);
});
