// Prints `N passed, N failed` from vitest's report, and `, N skipped` for tests whose tool is not installed. A test file that could not be run
// counts as one failure.
import { existsSync, readFileSync } from "node:fs";

const [path] = process.argv.slice(2);
if (!existsSync(path)) {
  console.error(`testTotals: the tests must have run, found no ${path}`);
  process.exit(1);
}
const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(path, "utf8"));
const broken = testResults.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.every((test) => test.status !== "failed"),
);
const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : "";
console.log(`${numPassedTests} passed, ${numFailedTests + broken.length} failed${skipped}`);
