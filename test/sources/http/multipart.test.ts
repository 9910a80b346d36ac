import { expect, it } from "vitest";
import { http } from "#sources";
import { posting } from "../../support/posting.js";

const form = (...lines: string[]) => Buffer.from(lines.join("\r\n"));
const TYPE = 'multipart/form-data; boundary="a b"';

it("reads fields and files of a form, by type, by name, or as plain text", async () => {
  const server = await posting((start) => http({ port: 0, flushAfter: "1ms" }, start));
  const body = form(
    "what stands before is passed over",
    "--a b",
    'Content-Disposition: form-data; name="note"',
    "",
    "a field",
    "--a b  ",
    'content-disposition: form-data; name="f"; filename="news.jsonl"',
    "Content-Type: application/octet-stream",
    "",
    '{"text":"猫"}',
    '{"text":"--a b"}',
    "--a b",
    'Content-Disposition: form-data; name="g"',
    "Content-Type: text/csv",
    "",
    "id,text",
    "1,c",
    "--a b",
    'Content-Disposition: form-data; name="empty"',
    "",
    "",
    "--a b--",
    "what stands behind, too",
  );
  expect(await server.post(body, { "Content-Type": TYPE })).toMatchObject({ status: 202, answer: { documents: 4 } });
  await server.reaches(["a field", "猫", "--a b", "c"]);
  await server.stop();
});

it.each([
  [
    "a long boundary",
    `multipart/form-data; boundary=${"b".repeat(71)}`,
    form(`--${"b".repeat(71)}--`),
    "1 to 70 characters",
  ],
  ["no boundary", "multipart/form-data", form("--x", "", ""), "must state a boundary"],
  [
    "no end",
    TYPE,
    form("--a b", 'Content-Disposition: form-data; name="f"', "", "text"),
    "must end with its boundary, got a cut one",
  ],
  ["no part", TYPE, form("text"), "must end with its boundary, got a cut one"],
  [
    "no disposition",
    TYPE,
    form("--a b", "Content-Type: text/plain", "", "t", "--a b--"),
    "must have a Content-Disposition of form-data",
  ],
  ["no headers", TYPE, form("--a b", "", "t", "--a b--"), "must have a Content-Disposition of form-data"],
  [
    "headers without end",
    TYPE,
    form("--a b", "x".repeat(9000), "", "t", "--a b--"),
    "must have headers of at most 8192 bytes",
  ],
  ["text behind a boundary", TYPE, form("--a bc", "", "t", "--a b--"), "must stand alone on its line"],
])("refuses a form with %s", async (_, type, body, message) => {
  const server = await posting((start) => http({ port: 0, flushAfter: "1ms" }, start));
  const { status, answer } = await server.post(body, { "Content-Type": type });
  expect({ status, error: answer.error }).toEqual({ status: 400, error: expect.stringContaining(message) });
  await server.stop();
});
