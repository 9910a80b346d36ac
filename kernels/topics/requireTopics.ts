/** @throws RangeError if there are more topics than documents, of which each could have one of its own, so that nothing is learned */
export function requireTopics(who: string, topics: number, documents: number): void {
  if (topics > documents)
    throw new RangeError(`${who}: topics must be at most as many as documents, ${documents}, got ${topics}`);
}
