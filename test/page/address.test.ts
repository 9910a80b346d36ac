import { expect, it } from "vitest";
import { formatAddress, parseAddress } from "../../page/addressForm.js";

it("reads a view, what it is about, and choices", () => {
  const { view, about, choices } = parseAddress("#/word/cat?models=glove,word2vec&k=5");
  expect([view, about, [...choices]]).toEqual([
    "word",
    "cat",
    [
      ["models", "glove,word2vec"],
      ["k", "5"],
    ],
  ]);
});

it.each(["母亲", "a/b", "100%", "what?", "a&b=c", "#", "a b", "\u202ea", "ﬀ"])(
  "writes %j so that it is read as it was",
  (about) => {
    const address = { view: "word", about, choices: new Map([["text", about]]) };
    expect(parseAddress(formatAddress(address))).toEqual(address);
  },
);

it("takes what was typed by hand as it stands", () => {
  expect(parseAddress("#/word/100%").about).toBe("100%");
  expect(parseAddress("#/word/a?text=what?").choices.get("text")).toBe("what?");
  expect(parseAddress("")).toEqual({ view: "", about: "", choices: new Map() });
});

it("leaves out what is empty", () => {
  expect(formatAddress({ view: "map", about: "", choices: new Map() })).toBe("#/map");
});
