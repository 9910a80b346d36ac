import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

// Where a test does not say how many threads, there is one of each kind on any machine: to start one takes longer than most of their work.
os.availableParallelism = () => 1;
syncBuiltinESMExports();
