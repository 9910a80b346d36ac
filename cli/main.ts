#!/usr/bin/env node
import { lexstream } from "./lexstream.js";
import { processIo } from "./processIo.js";

process.exitCode = await lexstream(process.argv.slice(2), processIo());
