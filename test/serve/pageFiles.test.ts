import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { PageFiles, startQueryServer } from "#serve";
import { temporaryFolder } from "../support/temporaryFolder.js";

const HTML = "<!doctype html><title>词</title>";

async function served(token?: string): Promise<string> {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), HTML);
  writeFileSync(join(folder, "assets/main-abc123.js"), "console.log(1);\n".repeat(100));
  const page = new PageFiles(folder);
  const server = await startQueryServer({ models: [], page, token, host: "127.0.0.1", port: 0, clock: () => 0 });
  onTestFinished(() => server.close());
  return `http://127.0.0.1:${server.address.port}`;
}

it("sends the page with a policy that lets nothing of elsewhere in", async () => {
  const response = await fetch(`${await served()}/`);
  expect(await response.text()).toBe(HTML);
  const policy = response.headers.get("content-security-policy")!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:/);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("no-cache");
});

it("sends it again only where it is another one", async () => {
  const url = await served();
  const etag = (await fetch(`${url}/`)).headers.get("etag")!;
  const again = await fetch(`${url}/?x=1`, { headers: { "if-none-match": etag } });
  expect([again.status, await again.text()]).toEqual([304, ""]);
});

it("packs what browsers keep for ever, and knows no other paths", async () => {
  const url = await served();
  const script = await fetch(`${url}/assets/main-abc123.js`);
  expect((await script.text()).length).toBe(1600);
  expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(script.headers.get("content-encoding")).toBe("gzip");
  for (const path of ["/assets/../index.html/x", "/assets/", "/%2e%2e/package.json", "/assets/main-abc123.js/"])
    expect((await fetch(url + path)).status, path).toBe(404);
  expect((await fetch(`${url}/`, { method: "POST" })).status).toBe(404);
});

it("sends files without the token, which a browser cannot send for them, and nothing else", async () => {
  const url = await served("secret");
  expect((await fetch(`${url}/`)).status).toBe(200);
  expect((await fetch(`${url}/models`)).status).toBe(401);
});

it("says where no page was built", async () => {
  const folder = await temporaryFolder();
  expect(() => new PageFiles(folder)).toThrow(`page: ${folder} must hold the built page, got none`);
});
