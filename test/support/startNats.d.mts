import type { ChildProcess } from "node:child_process";

/** The command of an installed server; undefined where there is none. */
export declare const natsServerCommand: string | undefined;

/** Starts a server with JetStream that keeps its streams in a folder, on a free port of this machine unless one is given. */
export declare function startNats(
  folder: string,
  port?: number,
): Promise<{ readonly child: ChildProcess; readonly port: number }>;
