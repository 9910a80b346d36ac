/**
 * Chinese segmentation as in `kernels/text/hanSegmenter.ts`, over the arrays of a `WordTrie`: of all ways to cut a run into words of the
 * dictionary, the one with the largest product of probabilities, found from the last character to the first.
 */

/** Of the trie: slots of a parent, a code point with a flag (u32 each) and ln(frequency) (f64); a filter of bits; nodes of single characters. */
let slots: usize = 0;
let lastSlot: u32 = 0;
let filter: usize = 0;
let lastWord: u32 = 0;
let firstNodes: usize = 0;
let logTotal: f64 = 0;

/** Characters of the longest run. */
export const LONGEST_RUN: u32 = 4096;
/** Of each character of the run: its code point, u32. */
let codePoints: usize = 0;
/** Of each character and the run's end: the score of the best way to cut what begins there, f64; where it lies, u32. */
let scores: usize = 0;
let places: usize = 0;
/** Of each character: how many characters the first word of that way has, u32. */
let lengths: usize = 0;

const HAS_CHILDREN: u32 = 0x200000;
const CODE_POINT: u32 = 0x1fffff;

/** The arrays of a trie, of so many slots and words of the filter. */
export function useTrie(slotsAt: usize, slotCount: u32, filterAt: usize, filterWords: u32, firstNodesAt: usize): void {
  slots = slotsAt;
  lastSlot = slotCount - 1;
  filter = filterAt;
  lastWord = filterWords - 1;
  firstNodes = firstNodesAt;
}

/** The logarithm of the sum of all frequencies, and 20 bytes of room for each character of the longest run and one more. */
export function useProbabilities(logOfTotal: f64, room: usize): void {
  logTotal = logOfTotal;
  scores = room;
  codePoints = scores + <usize>(LONGEST_RUN + 1) * 8;
  places = codePoints + <usize>(LONGEST_RUN + 1) * 4;
  lengths = places + <usize>(LONGEST_RUN + 1) * 4;
}

/** The run's next character. */
// @ts-ignore: decorator
@inline
export function noteCharacter(index: u32, codePoint: u32, place: usize): void {
  store<u32>(codePoints + (<usize>index << 2), codePoint);
  store<u32>(places + (<usize>index << 2), <u32>place);
}

/** Finds the words of a run of so many characters that were noted, and ends at `end`. */
export function findWords(length: u32, end: usize): void {
  store<u32>(places + (<usize>length << 2), <u32>end);
  store<f64>(scores + (<usize>length << 3), 0);
  for (let first = <i32>length - 1; first >= 0; first--) findWord(<u32>first, length);
}

// @ts-ignore: decorator
@inline
function findWord(first: u32, length: u32): void {
  let best: f64 = -Infinity;
  let bestEnd: u32 = 0;
  let end = first + 1;
  for (let node = firstNode(codePoint(first)); node !== 0; end++) {
    const slot = slotOf(node);
    const score = load<f64>(slot, 8) - logTotal + load<f64>(scores + (<usize>end << 3)); // NaN where no word ends
    if (score >= best) {
      best = score;
      bestEnd = end;
    }
    if (end === length || (load<u32>(slot, 4) & HAS_CHILDREN) === 0) break;
    node = child(node, codePoint(end));
  }
  if (bestEnd === 0) {
    best = load<f64>(scores + (<usize>(first + 1) << 3)) - logTotal;
    bestEnd = first + 1;
  }
  store<f64>(scores + (<usize>first << 3), best);
  store<u32>(lengths + (<usize>first << 2), bestEnd - first);
}

/** The word behind the one that begins at a character of the run begins at this. */
// @ts-ignore: decorator
@inline
export function wordBehind(index: u32): u32 {
  return index + load<u32>(lengths + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
export function placeOf(index: u32): usize {
  return <usize>load<u32>(places + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
function codePoint(index: u32): u32 {
  return load<u32>(codePoints + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
function slotOf(node: u32): usize {
  return slots + ((<usize>node - 1) << 4);
}

// @ts-ignore: decorator
@inline
function firstNode(codePoint: u32): u32 {
  return codePoint < 0x10000 ? load<u32>(firstNodes + (<usize>codePoint << 2)) : child(0, codePoint);
}

/** The node below `parent` for a code point; 0 if there is none. */
// @ts-ignore: decorator
@inline
function child(parent: u32, codePoint: u32): u32 {
  const mixed = ((parent * 0x9e3779b1) ^ codePoint) * 0x85ebca6b;
  const hash = mixed ^ (mixed >> 15);
  if ((load<u32>(filter + (<usize>((hash >> 5) & lastWord) << 2)) & (1 << (hash & 31))) === 0) return 0;
  for (let slot = hash & lastSlot; keyAt(slot) !== 0; slot = (slot + 1) & lastSlot)
    if (keyAt(slot) === codePoint && load<u32>(slots + (<usize>slot << 4)) === parent) return slot + 1;
  return 0;
}

/** The code point of a slot; 0 if it is free. */
// @ts-ignore: decorator
@inline
function keyAt(slot: u32): u32 {
  return load<u32>(slots + (<usize>slot << 4), 4) & CODE_POINT;
}
