import { expect, it } from "vitest";
import { compile, mermaid, parseConfig } from "#pipelines";

it("draws shared steps, branches in boxes, and what flows on the arrows", () => {
  const pipeline = compile(
    parseConfig(
      `source: { files: { paths: a.txt } }
steps: [tokenize, buildVocab]
branches: { words: [writeVocabulary: { path: v.txt }] }`,
      "c.yaml",
    ),
  );
  expect(mermaid(pipeline)).toBe(`flowchart LR
  n0(["files"])
  n1["tokenize"]
  n2["buildVocab"]
  subgraph b0 ["words"]
    n3[/"writeVocabulary<br>v.txt"/]
  end
  n0 -- text --> n1
  n1 -- tokens --> n2
  n2 -- vocabulary --> n3
`);
});
