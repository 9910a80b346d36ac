import type { OutputLayer } from "./outputRows.js";

/**
 * Hierarchical softmax over a Huffman tree: with n(w, j) the inner nodes on the path from the root to w, and d(w, j) the bit with
 * which the path goes on,
 *
 *     p(w | v) = product over j of sigmoid(v . u_n(w,j)) if d = 0, sigmoid(-v . u_n(w,j)) if d = 1
 *
 * Morin and Bengio 2005; Mikolov et al. 2013, arXiv:1310.4546, section 2.1. As in word2vec.c the label of a node is 1 - d; unlike it,
 * scores beyond -6 .. 6 are learned from too.
 */
export interface HuffmanCodes {
  /** The path of word w is entries offsets[w] .. offsets[w + 1] - 1, root first (V + 1,). */
  readonly offsets: Uint32Array;
  /** Inner nodes, numbered in the order in which they were joined; the root is V - 2. */
  readonly nodes: Uint32Array;
  readonly bits: Uint8Array;
}

/**
 * Builds the tree by two queues (van Leeuwen 1976). `counts` must be descending; of equal counts an inner node is joined first, but
 * terms that never occur are joined among themselves: else their paths would be as long as there are such terms.
 */
export function makeHuffmanCodes(counts: Float64Array): HuffmanCodes {
  const size = counts.length;
  const inner = Math.max(0, size - 1);
  const joined = new Float64Array(inner);
  const parent = new Uint32Array(size + inner); // leaves, then inner nodes
  const bit = new Uint8Array(size + inner);
  let leaf = size - 1;
  let oldest = 0;
  for (let made = 0; made < inner; made++) {
    const takeSmallest = () => {
      const takeLeaf = leaf >= 0 && (oldest >= made || counts[leaf]! < joined[oldest]! || counts[leaf] === 0);
      return takeLeaf ? leaf-- : size + oldest++;
    };
    const weightOf = (node: number) => (node < size ? counts[node]! : joined[node - size]!);
    const first = takeSmallest();
    const second = takeSmallest();
    parent[first] = parent[second] = made;
    bit[second] = 1;
    joined[made] = weightOf(first) + weightOf(second);
  }
  return pathsFromRoot(size, parent, bit);
}

function pathsFromRoot(size: number, parent: Uint32Array, bit: Uint8Array): HuffmanCodes {
  const root = 2 * size - 2; // in `parent`; it has none
  const depth = new Uint32Array(parent.length);
  for (let node = root - 1; node >= 0; node--) depth[node] = depth[size + parent[node]!]! + 1;
  const offsets = new Uint32Array(size + 1);
  for (let word = 0; word < size; word++) offsets[word + 1] = offsets[word]! + depth[word]!;
  const nodes = new Uint32Array(offsets[size]!);
  const bits = new Uint8Array(offsets[size]!);
  for (let word = 0; word < size; word++) {
    let node = word;
    for (let entry = offsets[word + 1]! - 1; entry >= offsets[word]!; entry--) {
      nodes[entry] = parent[node]!;
      bits[entry] = bit[node]!;
      node = size + parent[node]!;
    }
  }
  return { offsets, nodes, bits };
}

/** The inner nodes on the path to the centre word. */
export function hierarchicalSoftmax(counts: Float64Array): OutputLayer {
  const { offsets, nodes, bits } = makeHuffmanCodes(counts);
  let capacity = 0;
  for (let word = 0; word < counts.length; word++) capacity = Math.max(capacity, offsets[word + 1]! - offsets[word]!);
  return {
    size: Math.max(0, counts.length - 1),
    capacity,
    fill(rows, centre) {
      const start = offsets[centre]!;
      rows.length = offsets[centre + 1]! - start;
      for (let j = 0; j < rows.length; j++) {
        rows.rows[j] = nodes[start + j]!;
        rows.labels[j] = 1 - bits[start + j]!;
      }
    },
  };
}
