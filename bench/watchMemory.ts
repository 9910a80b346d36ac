/** Resident megabytes, looked at ten times a second. */
export function watchMemory(): () => string {
  const sizes: number[] = [];
  const look = () => sizes.push(process.memoryUsage.rss() / 1e6);
  look();
  const timer = setInterval(look, 100);
  const mean = (part: number[]) => part.reduce((sum, size) => sum + size, 0) / part.length;
  return () => {
    clearInterval(timer);
    const sixth = Math.ceil(sizes.length / 6);
    const [early, late] = [sizes.slice(sixth, 2 * sixth), sizes.slice(-sixth)].map(mean);
    return `resident memory ${sizes[0]!.toFixed(0)} MB before, ${Math.max(...sizes).toFixed(0)} MB at most, ${early!.toFixed(0)} MB in the second sixth of the time, ${late!.toFixed(0)} MB in the last`;
  };
}
