import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { QueryRequest } from "./requestGuard.js";

/** A file of the page, as it is sent. */
interface PageFile {
  readonly bytes: Buffer;
  readonly packed: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface PageAnswer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | "";
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Nothing but the files of the page runs or is loaded, no other site frames it, and nothing of what it shows can become a script. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  ...["script-src", "style-src", "connect-src", "img-src"].map((what) => `${what} 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((what) => `${what} 'none'`),
].join("; ");

/** Where `npm run build` puts the page. */
export const PAGE_FOLDER = fileURLToPath(new URL("../page/site", import.meta.url));

/**
 * The files of a built page, by the path that asks for them. They are read once: some 300 kB. Those below `assets` have a hash of what they
 * hold in their names and are kept by browsers for ever; the others are asked for again, and sent only where they are others.
 * @throws Error if the page was not built
 */
export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>;

  constructor(folder = PAGE_FOLDER) {
    if (!existsSync(join(folder, "index.html"))) throw new Error(`page: ${folder} must hold the built page, got none`);
    const paths = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((path) => TYPES[extname(path)]);
    const files = paths.map((path) => [`/${path.replaceAll(sep, "/")}`, pageFile(folder, path)] as const);
    this.#files = new Map(files).set("/", pageFile(folder, "index.html"));
  }

  /** The answer to a request for one of the files; undefined for any other path. */
  answer({ method, url, headers }: QueryRequest): PageAnswer | undefined {
    const file = this.#files.get(url.split("?", 1)[0]!);
    if (!file || !["GET", "HEAD"].includes(method)) return undefined;
    if (headers["if-none-match"] === file.headers.etag) return { status: 304, headers: file.headers, body: "" };
    const isPacked = /\bgzip\b/.test(String(headers["accept-encoding"] ?? ""));
    return {
      status: 200,
      headers: isPacked ? { ...file.headers, "content-encoding": "gzip" } : file.headers,
      body: isPacked ? file.packed : file.bytes,
    };
  }
}

function pageFile(folder: string, path: string): PageFile {
  const bytes = readFileSync(join(folder, path));
  const hasHash = path.startsWith("assets");
  return {
    bytes,
    packed: gzipSync(bytes, { level: 9 }),
    headers: {
      "content-type": TYPES[extname(path)]!,
      "cache-control": hasHash ? "public, max-age=31536000, immutable" : "no-cache",
      etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
      "content-security-policy": CONTENT_SECURITY_POLICY,
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "no-referrer",
      vary: "accept-encoding",
      "x-content-type-options": "nosniff",
    },
  };
}
