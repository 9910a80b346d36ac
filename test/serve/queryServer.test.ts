import { request } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { Vectors } from "#kernels";
import { builtIn } from "#pipelines";
import { type Answers, defineQuestion, integer, NotFound, number, text, type VectorTable } from "#schemas";
import {
  type CopiedSnapshot,
  copierOf,
  parseListen,
  type QueryServer,
  type QueryServerOptions,
  startQueryServer,
} from "#serve";
import { characterVectors } from "../support/characterVectors.js";
import { faultsBy } from "../support/jsonSchema.js";
import { parsePrometheus } from "../support/prometheus.js";

// man to king is what woman is to queen: one axis is sex, the other rank.
const family = tableOf({
  man: [1, 0, 1],
  king: [1, 1, 1],
  woman: [-1, 0, 1],
  queen: [-1, 1, 1],
  苹果: [0, -1, -1],
  香蕉: [0, -1, -0.5],
});

const answers = builtIn.kinds.get("vectors")!.answers as Answers<VectorTable>;

function tableOf(rows: Record<string, number[]>): VectorTable {
  const [terms, values] = [Object.keys(rows), Object.values(rows)];
  return new Vectors({
    terms,
    values: Float32Array.from(values.flat()),
    vectorSize: values[0]!.length,
    metadata: new Map(),
  });
}

function snapshot(table: VectorTable, sequence = 1): CopiedSnapshot {
  return { sequence, tokens: 100, documents: 7, copy: copierOf(answers).copy(table) };
}

async function start(
  options: Partial<QueryServerOptions> & { readonly answers?: Answers<never> } = {},
  first: VectorTable | null = family,
): Promise<QueryServer> {
  let now = 0;
  const { answers: asked = answers as Answers<never>, ...others } = options;
  const models = [{ name: "model", kind: "kind", answers: asked }];
  const server = await startQueryServer({ models, host: "127.0.0.1", port: 0, clock: () => (now += 2), ...others });
  onTestFinished(() => server.close());
  if (first) await server.publish(snapshot(first));
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what comes is what the test is about
  readonly json: any;
}

function get(
  { address }: QueryServer,
  path: string,
  {
    method = "GET",
    headers = {},
    body = "",
  }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: address.port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => {
        const isJson = text !== "" && response.headers["content-type"] === "application/json";
        const json = isJson ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode!, headers: response.headers, text, json });
      });
    });
    sent.on("error", reject).end(body);
  });
}

const query = (path: string, values: Record<string, string>) => `${path}?${new URLSearchParams(values)}`;

describe("the query server", () => {
  it("finds the neighbours that Vectors finds, in English and Chinese", async () => {
    const server = await start();
    const vectors = new Vectors(family);
    for (const [term, k] of [
      ["king", 5],
      ["苹果", 1],
    ] as const) {
      const { status, json } = await get(server, query("/neighbors", { term, k: String(k) }));
      expect(status).toBe(200);
      const expected = vectors.mostSimilar(term, { topN: k });
      expect(json).toMatchObject({ sequence: 1, term });
      expect(json.neighbors.map((near: { term: string }) => near.term)).toEqual(expected.map((near) => near.term));
      for (const [k, { score }] of expected.entries()) expect(json.neighbors[k].score).toBeCloseTo(score, 6);
    }
  });

  it("answers analogies by both methods", async () => {
    const server = await start();
    for (const method of ["3CosAdd", "3CosMul"]) {
      const { json } = await get(server, query("/analogy", { a: "man", b: "king", c: "woman", method, k: "1" }));
      expect(json).toMatchObject({ method, answers: [{ term: "queen" }] });
    }
  });

  it("answers many questions at once as it answers each alone", async () => {
    const server = await start();
    const paths = ["man", "king", "woman", "queen", "苹果", "香蕉"].flatMap((term) => [
      query("/neighbors", { term }),
      query("/analogy", { a: term, b: "king", c: "woman", method: "3CosMul" }),
      query("/analogy", { a: term, b: "king", c: "woman" }),
    ]);
    const alone: unknown[] = [];
    for (const path of paths) alone.push((await get(server, path)).json);
    const together = await Promise.all(paths.map((path) => get(server, path)));
    expect(together.map(({ json }) => json)).toEqual(alone);
  });

  it("tells similarities and vectors as learned", async () => {
    const server = await start();
    const similar = await get(server, query("/similarity", { a: "man", b: "king" }));
    expect(similar.json.similarity).toBeCloseTo(2 / Math.sqrt(6), 12); // (1,0,1).(1,1,1) / (sqrt 2 sqrt 3)
    expect((await get(server, query("/vector", { term: "香蕉" }))).json).toEqual({
      sequence: 1,
      term: "香蕉",
      vector: [0, -1, -0.5],
    });
  });

  describe("asked for terms outside the vocabulary of vectors with subwords", () => {
    const withSubwords = characterVectors(
      { man: [1, 0, 1], king: [1, 1, 1], 后: [-1, 1, 1], 苹果: [0, -1, -1] },
      { 女: [-2, 0, 2], 王: [2, 2, 2] },
    );

    it("answers as Vectors does, and says which were made", async () => {
      const server = await start({}, withSubwords);
      const near = (await get(server, query("/neighbors", { term: "女", k: "2" }))).json;
      expect(near).toMatchObject({ term: "女", madeOfSubwords: true, neighbors: [{ term: "后" }, { score: 0 }] });
      expect(near.neighbors[0].score).toBeCloseTo(2 / Math.sqrt(6), 6);
      const similar = (await get(server, query("/similarity", { a: "man", b: "女" }))).json;
      expect(similar).toEqual({ sequence: 1, a: "man", b: "女", madeOfSubwords: ["女"], similarity: 0 });
      for (const method of ["3CosAdd", "3CosMul"] as const) {
        const asked = { a: "man", b: "王", c: "女" };
        const { json } = await get(server, query("/analogy", { ...asked, method }));
        const expected = withSubwords.analogy("man", "王", "女", { method });
        expect(json).toMatchObject({ ...asked, method, madeOfSubwords: ["王", "女"] });
        expect(json.answers.map(({ term }: { term: string }) => term)).toEqual(expected.map(({ term }) => term));
      }
      expect((await get(server, query("/vector", { term: "女王" }))).json).toEqual({
        ...{ sequence: 1, term: "女王", madeOfSubwords: true },
        vector: [0, 1, 2],
      });
    });

    it("says nothing of it where a term is known, and that one is unknown where no subword is", async () => {
      const server = await start({}, withSubwords);
      expect((await get(server, "/neighbors?term=man")).json).not.toHaveProperty("madeOfSubwords");
      expect((await get(server, "/similarity?a=man&b=king")).json).not.toHaveProperty("madeOfSubwords");
      const unknown = await get(server, "/neighbors?term=kingg");
      expect([unknown.status, unknown.json.error]).toEqual([404, 'unknown term "kingg"; did you mean "king"?']);
    });

    it("answers as it says in OpenAPI", async () => {
      const server = await start({}, withSubwords);
      const { paths } = (await get(server, "/openapi.json")).json;
      for (const path of [
        "/neighbors?term=女",
        "/vector?term=女",
        "/similarity?a=女&b=man",
        "/analogy?a=女&b=man&c=王",
      ]) {
        const { json } = await get(server, encodeURI(path));
        const { schema } = paths[path.split("?")[0]!].get.responses[200].content["application/json"];
        expect(json).toHaveProperty("madeOfSubwords");
        expect(faultsBy(schema, json), path).toEqual([]);
      }
    });

    it("takes the rows of subwords over from thread to thread in memory that is used again", async () => {
      const copier = copierOf(answers);
      const unused: unknown[] = [];
      const server = await start({ onUnused: (memory) => unused.push(memory) }, null);
      interface Copy {
        readonly memory: object;
        readonly subwords: { readonly memory: SharedArrayBuffer; readonly rows: { readonly values: Float32Array } };
      }
      const make = (sequence: number) => ({ sequence, copy: copier.copy(withSubwords) as Copy });
      const [first, second] = [make(1), make(2)];
      expect(first.copy.subwords.rows.values.buffer).toBe(first.copy.subwords.memory);
      expect([...first.copy.subwords.rows.values]).toEqual([...withSubwords.subwords!.values]);
      await server.publish(first);
      await server.publish(second);
      expect(unused).toEqual([first.copy.memory, first.copy.subwords.memory]);
      for (const memory of unused) copier.takeBack!(memory as never);
      const third = make(3);
      expect([third.copy.memory, third.copy.subwords.memory]).toEqual([first.copy.memory, first.copy.subwords.memory]);
      expect(third.copy.subwords.memory).toBe(first.copy.subwords.memory);
      expect(make(4).copy.subwords.memory).not.toBe(second.copy.subwords.memory); // which still answers
    });
  });

  it("tells no cosine beyond 1, though rounding makes some", async () => {
    const rows = Array.from({ length: 30 }, (_, k) => [Math.sin(k + 1), Math.cos(k + 1), Math.sin(2 * k)]);
    const twins = rows.flatMap((row, k) => [[`a${k}`, row] as const, [`b${k}`, row] as const]);
    const server = await start({}, tableOf(Object.fromEntries(twins)));
    for (const k of rows.keys()) {
      const near = await get(server, query("/neighbors", { term: `a${k}`, k: "1" }));
      const similar = await get(server, query("/similarity", { a: `a${k}`, b: `b${k}` }));
      for (const cosine of [near.json.neighbors[0].score, similar.json.similarity]) {
        expect(cosine).toBeLessThanOrEqual(1);
        expect(cosine).toBeCloseTo(1, 6);
      }
    }
  });

  it("lists terms by code point, a page at a time", async () => {
    const server = await start();
    const first = await get(server, "/vocabulary?limit=2");
    expect(first.json).toEqual({ sequence: 1, terms: ["king", "man"], after: "man" });
    const rest = await get(server, "/vocabulary?limit=10&after=man");
    expect(rest.json).toEqual({ sequence: 1, terms: ["queen", "woman", "苹果", "香蕉"] });
    expect((await get(server, query("/vocabulary", { prefix: "苹" }))).json.terms).toEqual(["苹果"]);
  });

  it("says what is wrong in one line of JSON", async () => {
    const server = await start();
    const cases: [path: string, status: number, error: string][] = [
      ["/neighbors?term=quen", 404, 'unknown term "quen"; did you mean "queen"?'],
      ["/neighbors", 400, "neighbors: term is required and must be a text that is not empty"],
      ["/neighbors?term=man&k=0", 400, "neighbors: k must be an integer from 1 to 1000, got 0"],
      ["/neighbors?term=man&k=ten", 400, 'neighbors: k must be an integer from 1 to 1000, got "ten"'],
      ["/neighbors?term=man&term=king", 400, "neighbors: term must be given once, got it twice"],
      ["/neighbors?term=%ff", 400, 'neighbors: term must be UTF-8, percent-encoded, got "\ufffd"'],
      ["/neighbors?term=man&n=3", 400, 'neighbors: unknown option "n"; known options are term, k, model'],
      ["/analogy?a=man&b=king&c=woman&method=add", 400, 'analogy: method must be one of 3CosAdd, 3CosMul, got "add"'],
      [`/vector?term=${"a".repeat(9000)}`, 414, "the URL must have at most 8192 characters, got 9013"],
    ];
    for (const [path, status, error] of cases) {
      const answer = await get(server, path);
      expect([answer.status, answer.json.error], path).toEqual([status, error]);
      expect(answer.headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    }
    expect((await get(server, "/neighbours?term=man")).json.error).toMatch(/did you mean \/neighbors\?; known paths/);
    expect((await get(server, "/neighbors?term=quen")).json.suggestions).toEqual(["queen"]);
    expect((await get(server, "/status", { method: "POST" })).status).toBe(405);
    expect(await get(server, "/status", { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
  });

  it("answers 503 until there is a snapshot, and tells its status all the same", async () => {
    const server = await start({}, null);
    server.setStatus({ phase: "reading", tokens: 12 });
    expect(await get(server, "/neighbors?term=man")).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    expect((await get(server, "/status")).json).toEqual({ counters: { phase: "reading", tokens: 12 } });
  });

  it("answers each request from one snapshot while they follow each other", async () => {
    const server = await start({}, null);
    const make = (sequence: number) =>
      snapshot(tableOf({ a: [1, sequence], b: [sequence, 1], [`new${sequence}`]: [1, sequence + 0.5] }), sequence);
    await server.publish(make(2)); // with 1, a and b would be the same
    let answers = 0;
    for (let sequence = 3; sequence <= 30; sequence++) {
      const asked = [get(server, "/neighbors?term=a&k=2"), get(server, "/vector?term=a")];
      const published = server.publish(make(sequence));
      const [near, vector] = await Promise.all(asked);
      await published;
      expect(near!.json.neighbors[0].term).toBe(`new${near!.json.sequence}`);
      expect(vector!.json.vector).toEqual([1, vector!.json.sequence]);
      answers++;
    }
    expect(answers).toBe(28);
  });

  it("gives back the memory of a snapshot once nobody asks it", async () => {
    const unused: unknown[] = [];
    const server = await start({ onUnused: (memory) => unused.push(memory) }, null);
    const copier = copierOf(answers);
    const make = () => ({ sequence: 1, copy: copier.copy(family) as { readonly memory: object } });
    const [first, second] = [make(), make()];
    await server.publish(first);
    expect(unused).toEqual([]);
    await server.publish(second);
    expect(unused).toEqual([first.copy.memory]);
    copier.takeBack!(unused[0] as never);
    expect(make().copy.memory).toBe(first.copy.memory);
  });

  it("refuses a page that points its own name at this machine", async () => {
    const server = await start();
    const { status, json } = await get(server, "/status", { headers: { host: "evil.example:7411" } });
    expect([status, json.error]).toEqual([
      403,
      'the Host header must name this machine, such as localhost, got "evil.example"',
    ]);
    for (const host of ["localhost:7411", "127.0.0.1", "[::1]:7411"])
      expect((await get(server, "/status", { headers: { host } })).status).toBe(200);
  });

  it("wants the token if there is one, and one where others can reach it", async () => {
    const server = await start({ token: "secret" });
    const refused = await get(server, "/status");
    expect(refused).toMatchObject({ status: 401, headers: { "www-authenticate": "Bearer" } });
    for (const [authorization, status] of [
      ["Bearer secret", 200],
      ["Bearer secrets", 401],
      ["secret", 401],
    ] as const)
      expect((await get(server, "/status", { headers: { authorization } })).status).toBe(status);
    await expect(startQueryServer({ models: [], host: "0.0.0.0", port: 0, clock: () => 0 })).rejects.toThrow(
      "serve: an address that other machines reach must have a token, got none for 0.0.0.0",
    );
    for (const [token, found] of [
      ["", "nothing"],
      ["two words", "other characters"],
    ] as const)
      await expect(start({ token })).rejects.toThrow(`serve: the token must be visible ASCII, got ${found}`);
  });

  it("lets no more than so many ask at once", async () => {
    const server = await start({ limits: { concurrent: 2 } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(server, "/neighbors?term=man")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
    expect((await get(server, "/neighbors?term=man")).status).toBe(200);
  });

  it("answers what is under way when it is closed, and nothing after", async () => {
    let began = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const clock = () => {
      began(); // the clock is looked at when a request comes in
      return 0;
    };
    const server = await start({ clock });
    const answer = get(server, "/neighbors?term=man");
    await hasBegun;
    await server.close();
    expect(await answer).toMatchObject({ status: 200, headers: { connection: "close" } });
    await expect(get(server, "/status")).rejects.toThrow("ECONNREFUSED");
  });

  it("gives up an answer that takes too long", async () => {
    const server = await start({ limits: { milliseconds: 0 } });
    expect(await get(server, "/neighbors?term=man")).toMatchObject({
      status: 504,
      json: { error: "an answer must take at most 0 ms" },
    });
  });

  it("describes itself in OpenAPI, and answers as it says there", async () => {
    const server = await start();
    const { json } = await get(server, "/openapi.json");
    expect(json.openapi).toBe("3.1.0");
    expect(json.paths["/neighbors"].get.parameters[1]).toEqual({
      name: "k",
      in: "query",
      required: false,
      description: "How many terms",
      schema: { type: "integer", minimum: 1, maximum: 1000, default: 10 },
    });
    const asked: Record<string, string> = { term: "man", a: "man", b: "king", c: "woman", terms: "man,king" };
    // biome-ignore lint/suspicious/noExplicitAny: a description is data
    for (const [path, { get: operation }] of Object.entries<any>(json.paths)) {
      const required = operation.parameters.filter((each: { required: boolean }) => each.required);
      const values = Object.fromEntries(required.map(({ name }: { name: string }) => [name, asked[name]!]));
      const answer = await get(server, query(path, values));
      const [type] = Object.keys(operation.responses[200].content);
      expect(String(answer.headers["content-type"]).split(";")[0], path).toBe(type);
      const { schema } = operation.responses[200].content[type!];
      expect(faultsBy(schema, answer.json ?? answer.text), path).toEqual([]);
    }
  });

  it("counts what it does in Prometheus's format", async () => {
    const server = await start();
    server.setStatus({ rowsReused: 3, phase: "learning" });
    await get(server, "/neighbors?term=man");
    await get(server, "/neighbors?term=mann");
    await get(server, "/nothing");
    const { text, headers } = await get(server, "/metrics");
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    const samples = parsePrometheus(text);
    expect(samples.get("lexstream_rows_reused")).toBe(3);
    expect(samples.get("lexstream_snapshot_sequence")).toBe(1);
    expect(samples.get("lexstream_snapshot_tokens")).toBe(100);
    expect(samples.get('lexstream_http_requests_total{endpoint="neighbors",status="200"}')).toBe(1);
    expect(samples.get('lexstream_http_requests_total{endpoint="neighbors",status="404"}')).toBe(1);
    expect(samples.get('lexstream_http_requests_total{endpoint="other",status="404"}')).toBe(1);
    expect(samples.get("lexstream_http_requests_under_way")).toBe(1); // this one
    // the clock of this test moves 2 ms at each look
    expect(samples.get('lexstream_http_request_duration_seconds_bucket{endpoint="neighbors",le="0.001"}')).toBe(0);
    expect(samples.get('lexstream_http_request_duration_seconds_bucket{endpoint="neighbors",le="0.0025"}')).toBe(2);
    expect(samples.get('lexstream_http_request_duration_seconds_sum{endpoint="neighbors"}')).toBeCloseTo(0.004, 9);
  });
});

describe("parseListen", () => {
  it("reads a host and a port", () => {
    expect(parseListen("7411")).toEqual({ host: "127.0.0.1", port: 7411 });
    expect(parseListen("localhost:80")).toEqual({ host: "localhost", port: 80 });
    expect(parseListen("[::1]:0")).toEqual({ host: "::1", port: 0 });
  });

  it.each(["", "localhost", "1:2:3", "h:70000", "http://localhost:80"])("refuses %j", (text) => {
    expect(() => parseListen(text)).toThrow(
      `serve: the address must be HOST:PORT, such as 127.0.0.1:7411, got ${JSON.stringify(text)}`,
    );
  });
});

describe("a copy of vectors", () => {
  it("is refused where they have another size", () => {
    const table = { terms: ["a"], values: new Float32Array(3), vectorSize: 2, metadata: new Map() };
    expect(() => copierOf(answers).copy(table)).toThrow("shareRows: vectors must be 1 terms x 2 numbers, got 3");
  });
});

/** How often each label came. */
type Labels = Readonly<Record<string, number>>;

const labelAnswers: Answers<Labels> = {
  about: "labels",
  questions: [
    defineQuestion({
      name: "count",
      fields: { label: text({ description: "Which one", minLength: 1 }) },
      summary: "How often a label came",
      reply: { count: { type: "integer" } },
      missing: "The label never came",
      answer: (labels: Labels, { label }) => {
        if (labels[label] === undefined) throw new NotFound(`unknown label "${label}"`, Object.keys(labels));
        return { count: labels[label] };
      },
    }),
  ],
  told: { labels: { of: (labels: Labels) => Object.keys(labels).length } },
};

describe("the query server of another kind of data", () => {
  it("answers the questions of that kind, and the server's own", async () => {
    const server = await start({ answers: labelAnswers as Answers<never> }, null);
    expect((await get(server, "/count?label=news")).status).toBe(503);
    await server.publish({ sequence: 3, copy: { news: 2, 体育: 5 } satisfies Labels });
    expect((await get(server, query("/count", { label: "体育" }))).json).toEqual({ sequence: 3, count: 5 });
    const unknown = await get(server, "/count?label=sport");
    expect([unknown.status, unknown.json]).toEqual([
      404,
      { error: 'unknown label "sport"', suggestions: ["news", "体育"] },
    ]);
    expect((await get(server, "/neighbors?term=a")).json.error).toBe(
      'unknown path "/neighbors"; known paths are /status, /models, /count, /metrics, /openapi.json',
    );
    expect((await get(server, "/status")).json).toEqual({ sequence: 3, labels: 2, counters: {} });
    expect(parsePrometheus((await get(server, "/metrics")).text).get("lexstream_snapshot_labels")).toBe(2);
    const { info, paths } = (await get(server, "/openapi.json")).json;
    expect(info.description).toMatch(/^Questions about labels, /);
    expect(paths["/count"].get.responses[404].description).toBe("The label never came");
  });
});

const lengthAnswers: Answers<number> = {
  about: "lengths",
  questions: [
    defineQuestion({
      name: "length",
      body: "text",
      fields: {
        text: text({ description: "Which text", minLength: 1 }),
        times: integer({ description: "How often it counts", min: 1, default: 1 }),
        share: number({ description: "How much of it counts", min: 0, max: 1, default: 1 }),
      },
      summary: "How long a text is",
      reply: { length: { type: "number" } },
      answer: (unit: number, { text, times, share }) => ({ length: unit * text.length * times * share }),
    }),
  ],
};

describe("a question with a body", () => {
  const open = async (options: Partial<QueryServerOptions> = {}) => {
    const server = await start({ answers: lengthAnswers as Answers<never>, ...options }, null);
    await server.publish({ sequence: 1, copy: 1 });
    return server;
  };
  const post = (type: string, body: string | Buffer, headers: Record<string, string> = {}) => ({
    ...{ method: "POST", body },
    headers: { "content-type": type, ...headers },
  });
  const PLAIN = "text/plain; charset=utf-8";
  const JSON_TYPE = "application/json";

  it("is posted as plain text, with the other fields in the query, or as JSON, and asked in a URL", async () => {
    const server = await open();
    const asked: [path: string, request: object, length: number][] = [
      ["/length", post(PLAIN, "苹果"), 2],
      ["/length?times=3&share=0.5", post("text/plain", "four"), 6],
      ["/length", post(JSON_TYPE, JSON.stringify({ text: "four", times: 2, share: 0.25 })), 2],
      ["/length?times=5", post(JSON_TYPE, '{"text":"a"}'), 5],
      ["/length?text=four&share=0.25", {}, 1],
      ["/length", post(PLAIN, "a".repeat(1 << 20)), 1 << 20], // no byte more
    ];
    for (const [path, request, length] of asked)
      expect((await get(server, path, request)).json, path).toEqual({ sequence: 1, length });
  });

  it("says in one line why a body is refused", async () => {
    const server = await open();
    const cases: [path: string, request: object, status: number, error: string | RegExp][] = [
      ["/length", post(PLAIN, "a".repeat((1 << 20) + 1)), 413, "the body must have at most 1048576 bytes, got more"],
      [
        "/length",
        post(PLAIN, "a".repeat(3 << 20), { "transfer-encoding": "chunked" }),
        413,
        "the body must have at most 1048576 bytes, got more",
      ],
      ["/length", post(PLAIN, ""), 400, /^length: text must be a text that is not empty, got ""/],
      ["/length", post(PLAIN, Buffer.of(0xff)), 400, "length: the body must be UTF-8, got other bytes"],
      ["/length?text=a", post(PLAIN, "b"), 400, "length: text must be given once, got it twice"],
      ["/length", post(JSON_TYPE, "{"), 400, /^length: the body must be JSON, got /],
      ["/length", post(JSON_TYPE, "[1]"), 400, "length: the body must be a JSON object of fields, got [1]"],
      ["/length", post(JSON_TYPE, '{"text":1}'), 400, "length: text must be a text that is not empty, got 1"],
      ["/length", post(JSON_TYPE, '{"text":"a","k":1}'), 400, /^length: unknown option "k"/],
      [
        "/length",
        post("text/html", "a"),
        415,
        "length: Content-Type must be text/plain or application/json, got text/html",
      ],
      ["/length", post("", "a"), 415, "length: Content-Type must be text/plain or application/json, got none"],
      ["/length", post("text/plain; charset=gbk", "a"), 415, "length: the charset must be utf-8, got gbk"],
      [
        "/length",
        post(PLAIN, "a", { "content-encoding": "gzip" }),
        415,
        /^length: the body must have no Content-Encoding/,
      ],
      ["/length", { method: "PUT" }, 405, "length: the method must be one of GET, HEAD, POST, got PUT"],
      ["/status", post(PLAIN, "a"), 405, "status: the method must be one of GET, HEAD, got POST"],
    ];
    for (const [path, request, status, error] of cases) {
      const answer = await get(server, path, request);
      expect(answer.status, String(error)).toBe(status);
      expect(answer.json.error).toMatch(error);
    }
    expect((await get(server, "/status", { method: "POST" })).headers.allow).toBe("GET, HEAD");
  });

  it("is refused from pages of other sites, which do not know a token", async () => {
    const server = await open();
    const host = `127.0.0.1:${server.address.port}`;
    const from = (headers: Record<string, string>, to = server) => get(to, "/length", post(PLAIN, "a", headers));
    expect((await from({ origin: "http://evil.example" })).json.error).toBe(
      `the header Origin must be http://${host} or missing, got http://evil.example`,
    );
    expect((await from({ "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await from({ host: "evil.example" })).status).toBe(403);
    expect((await from({ origin: `http://${host}`, "sec-fetch-site": "same-origin" })).status).toBe(200);
    const guarded = await open({ token: "secret" });
    expect((await from({}, guarded)).status).toBe(401);
    const known = { authorization: "Bearer secret", origin: "http://proxy.example" };
    expect((await from(known, guarded)).status).toBe(200);
  });

  it("is described", async () => {
    const { paths } = (await get(await open(), "/openapi.json")).json;
    const { get: asked, post: posted } = paths["/length"];
    expect(posted.operationId).not.toBe(asked.operationId);
    expect(posted.parameters.map(({ name }: { name: string }) => name)).toEqual(["times", "share", "model"]);
    expect(Object.keys(posted.requestBody.content)).toEqual(["text/plain", "application/json"]);
    expect(Object.keys(posted.responses)).toEqual(expect.arrayContaining(["200", "413", "415"]));
    expect(paths["/status"].post).toBeUndefined();
    const reply = (await get(await open(), "/length", post(PLAIN, "a"))).json;
    expect(faultsBy(posted.responses[200].content["application/json"].schema, reply)).toEqual([]);
  });
});
