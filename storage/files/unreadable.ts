/** An error of the file system, said our way. */
export function unreadable(who: string, path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return new Error(`${who}: ${path} must be a file, got nothing there`, { cause: error });
  return new Error(`${who}: ${path} must be readable, got ${code ?? message}`, { cause: error });
}
