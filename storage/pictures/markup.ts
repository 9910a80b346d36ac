/** Text inside an element or an attribute of HTML or SVG. Characters that XML does not have become U+FFFD. */
export function markup(text: string): string {
  return text
    .toWellFormed()
    .replace(UNWRITABLE, "\ufffd")
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** JSON inside a script element: no text in it can end the element or begin a comment. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** What is found in every picture: letters of any script that the system has, Chinese ones among them. */
export const FONTS =
  'system-ui, "Helvetica Neue", Arial, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

/** Colours of groups, told apart on light and dark ground. */
export const COLOURS = [
  ...["#4e79a7", "#f28e2b", "#e15759", "#59a14f", "#b07aa1"],
  ...["#76b7b2", "#9c755f", "#d4a017", "#d37295", "#86909a"],
] as const;
