import { expect, it, onTestFinished, vi } from "vitest";
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

it("changes no choice of a view that the reader has left already", async () => {
  let arrive = () => {};
  const location = { hash: "#/map" };
  vi.stubGlobal("location", location);
  vi.stubGlobal("history", { replaceState: (_state: unknown, _title: string, hash: string) => (location.hash = hash) });
  vi.stubGlobal("addEventListener", (_name: string, listener: () => void) => (arrive = listener));
  onTestFinished(() => void vi.unstubAllGlobals());
  const { address, choose } = await import("../../page/address.js");
  choose({ z: "2" });
  expect(location.hash).toBe("#/map?z=2");
  location.hash = "#/word/cat"; // gone to; the event of it is still to come
  choose({ z: "3" });
  expect(location.hash).toBe("#/word/cat");
  arrive();
  choose({ k: "5" });
  expect(location.hash).toBe("#/word/cat?k=5");
  expect(address.value.view).toBe("word");
});
