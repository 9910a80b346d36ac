export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** What stands between fences, without the indentation of the first fence. */
export function codeBlocks(page: string): CodeBlock[] {
  return [...page.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].map(([, indent, language, code]) => ({
    language: language!,
    code: code!.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** Where links lead, those in code left out. */
export function linkTargets(page: string): string[] {
  return [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** The anchors that GitHub makes of headings. */
export function anchors(page: string): string[] {
  return [...withoutCode(page, "").matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Code between fences and single backticks, one piece each. */
export function codePieces(page: string): string[] {
  const lines = codeBlocks(page).flatMap(({ code }) => code.split("\n"));
  const indented = [...page.matchAll(/^ {4}(.*)$/gm)].map(([, line]) => line!);
  const inline = [...page.replaceAll(/^ *```[\s\S]*?^ *```$/gm, "").matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
  return [...lines, ...indented, ...inline].map((code) => code.replaceAll("\n", " "));
}

function withoutCode(page: string, inline = "`"): string {
  const text = page.replaceAll(/^ *```[\s\S]*?^ *```$/gm, "");
  return inline === "" ? text : text.replaceAll(/`[^`]*`/g, "");
}
