/** `npm run test:long` asks for the long form of every test: more seeds, threads, stops and sizes of the same. */
const isLong = process.env.MODE === "long";

export const shortOrLong = <T>(short: T, long: T): T => (isLong ? long : short);

/** Of tests of learning, each of which must succeed. */
export const seeds = shortOrLong([1, 2], [1, 2, 3, 4, 5]);

/** Cases of a property: the first third of those in the long form. */
export const caseCount = (long: number): number => shortOrLong(Math.ceil(long / 3), long);
