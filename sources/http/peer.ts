/** A package that only some need, and install themselves. @throws Error that says how, if it is not there */
export async function importPeer<Module>(who: string, name: string): Promise<Module> {
  try {
    return (await import(name)) as Module;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Error(`${who}: the package ${name} must be installed (npm install ${name}), got nothing there`, {
      cause: error,
    });
  }
}
