const SMALL = 2 ** 20;
/** The most that glibc takes from its heap: it maps more by itself. */
const MAPPED = 2 ** 25;

/**
 * How many bytes an array that has grown to `bytes` takes next, to hold `needed`: twice as many, and from 1 MiB on 32 MiB or more. Of those, only
 * what is written to takes memory, and all of it goes back in the end; arrays that grew in smaller steps leave holes in the heap behind.
 */
export function grownBytes(bytes: number, needed: number): number {
  return Math.max(needed, 2 * bytes, bytes < SMALL ? 0 : MAPPED);
}
