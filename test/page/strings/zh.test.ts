import { expect, it } from "vitest";
import { en } from "../../../page/strings/en.js";
import { zh } from "../../../page/strings/zh.js";

it.each([
  ['unknown term "猫"; did you mean "猫咪"?', "词表中没有“猫”。"],
  ["there is no snapshot of word2vec yet, ask again later", "word2vec 还没有快照，请稍后再试。"],
  ["top: must be an integer", "top: must be an integer"], // what the page has no words for stays as it is
])("says in the page's language what the server refuses: %s", (message, chinese) => {
  expect(zh.app.said(message)).toBe(chinese);
  expect(en.app.said(message)).toBe(message);
});
