#!/usr/bin/env node
import module from "node:module";

// From Node 22.1 on, what is compiled of the modules behind this line is kept for the next start, which takes a quarter less.
(module as { enableCompileCache?(): unknown }).enableCompileCache?.();
const { lexstream } = await import("./lexstream.js");
const { processIo } = await import("./processIo.js");

process.exitCode = await lexstream(process.argv.slice(2), processIo());
