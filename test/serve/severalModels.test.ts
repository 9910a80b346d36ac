import { describe, expect, it, onTestFinished } from "vitest";
import { type Answers, defineQuestion, NotFound, text } from "#schemas";
import { type ModelToServe, type QueryServer, type QueryServerOptions, startQueryServer } from "#serve";

type Counts = Readonly<Record<string, number>>;

const counted: Answers<Counts> = {
  about: "counts",
  questions: [
    defineQuestion({
      name: "count",
      fields: { label: text({ description: "Which one", minLength: 1 }) },
      summary: "How often a label came",
      reply: { count: { type: "integer" } },
      answer: (counts: Counts, { label }) => {
        if (counts[label] === undefined) throw new NotFound(`unknown label ${label}`);
        return { count: counts[label] };
      },
    }),
  ],
  told: { labels: { of: (counts: Counts) => Object.keys(counts).length } },
};
const measured: Answers<number> = {
  about: "lengths",
  questions: [
    defineQuestion({
      name: "length",
      fields: {},
      summary: "A length",
      reply: { length: { type: "integer" } },
      answer: (length: number) => ({ length }),
    }),
  ],
};
const models: ModelToServe[] = [
  { name: "news", kind: "counts", answers: counted as Answers<never>, facts: { run: "first" } },
  { name: "体育", kind: "counts", answers: counted as Answers<never> },
  { name: "long", kind: "length", answers: measured as Answers<never> },
];

async function start(options: Partial<QueryServerOptions> = {}): Promise<{ server: QueryServer; url: string }> {
  const server = await startQueryServer({ models, host: "127.0.0.1", port: 0, clock: () => 0, ...options });
  onTestFinished(() => server.close());
  return { server, url: `http://127.0.0.1:${server.address.port}` };
}

// biome-ignore lint/suspicious/noExplicitAny: what comes is what the test is about
const ask = async (url: string): Promise<any> => (await fetch(url)).json();

describe("a server of several models", () => {
  it("asks the one that is named, or else the first that answers the question", async () => {
    const { server, url } = await start();
    await server.publish({ sequence: 4, copy: { cat: 2 } });
    await server.publish({ sequence: 1, copy: { cat: 7 } }, "体育");
    await server.publish({ sequence: 2, copy: 30 }, "long");
    expect(await ask(`${url}/count?label=cat`)).toEqual({ sequence: 4, count: 2 });
    expect(await ask(`${url}/count?label=cat&model=${encodeURIComponent("体育")}`)).toEqual({ sequence: 1, count: 7 });
    expect(await ask(`${url}/length`)).toEqual({ sequence: 2, length: 30 });
    expect(await ask(`${url}/status?model=long`)).toEqual({ sequence: 2, counters: {} });
  });

  it("says which models answer a question, where another is named", async () => {
    const { url } = await start();
    expect(await ask(`${url}/count?label=cat&model=long`)).toEqual({
      error: 'unknown model for count "long"',
      suggestions: ["news", "体育"],
    });
    expect((await ask(`${url}/length?model=lonk`)).error).toBe('unknown model for length "lonk"; did you mean long?');
    expect((await fetch(`${url}/count?label=cat`)).status).toBe(503);
  });

  it("lists them with what each is and answers", async () => {
    const { server, url } = await start();
    await server.publish({ sequence: 4, tokens: 9, copy: { cat: 2 } });
    const { models: listed } = await ask(`${url}/models`);
    expect(listed).toEqual([
      {
        ...{ model: "news", kind: "counts", questions: ["count"], facts: { run: "first" } },
        summary: { sequence: 4, tokens: 9, labels: 1 },
      },
      { model: "体育", kind: "counts", questions: ["count"], facts: {}, summary: {} },
      { model: "long", kind: "length", questions: ["length"], facts: {}, summary: {} },
    ]);
  });

  it("describes each question once, with the model as a field", async () => {
    const { url } = await start();
    const { info, paths } = await ask(`${url}/openapi.json`);
    expect(info.description).toMatch(/^Questions about counts, lengths, /);
    const names = (path: string) => paths[path].get.parameters.map(({ name }: { name: string }) => name);
    expect([names("/count"), names("/length")]).toEqual([["label", "model"], ["model"]]);
  });
});

/** Reads a stream up to an event of a name, and gives its data. */
async function eventIn(response: Response, wanted: string): Promise<unknown> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const found = new RegExp(`event: ${wanted}\\ndata: (.*)\\n\\n`).exec(text);
    if (found) {
      reader.releaseLock();
      return JSON.parse(found[1]!);
    }
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream ended with ${text}`);
    text += value;
  }
}

describe("the stream of events", () => {
  const open = async (url: string) => {
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    return { stop, response: await fetch(`${url}/events`, { signal: stop.signal }) };
  };

  it("tells at once what is known, then each new snapshot and whatever the run tells", async () => {
    const { server, url } = await start();
    server.tell("run", { stage: "reading" });
    const { response } = await open(url);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(await eventIn(response, "run")).toEqual({ stage: "reading" });
    const other = (await open(url)).response;
    await server.publish({ sequence: 1, copy: 3 }, "long");
    expect(await eventIn(other, "models")).toBeInstanceOf(Array);
  });

  it("is given to 8 at most, and to another once one has left; it counts among no requests", async () => {
    const { server, url } = await start({ limits: { concurrent: 1, milliseconds: 200 } });
    await server.publish({ sequence: 1, copy: 3 }, "long");
    const streams = [];
    for (let k = 0; k < 8; k++) streams.push(await open(url));
    expect(streams.map(({ response }) => response.status)).toEqual(Array(8).fill(200));
    const refused = await fetch(`${url}/events`);
    expect([refused.status, await refused.json()]).toEqual([
      503,
      { error: "at most 8 streams of events may be open, got one more" },
    ]);
    expect(await ask(`${url}/length`)).toEqual({ sequence: 1, length: 3 });
    streams[0]!.stop.abort();
    await expect.poll(async () => (await open(url)).response.status).toBe(200);
  });

  it("wants the token, as everything but the page's files does", async () => {
    const { url } = await start({ token: "secret" });
    expect((await fetch(`${url}/events`)).status).toBe(401);
  });
});
