/** Milliseconds of processor time so far: those of the clock tell of other programs as well. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
