import type { IdBatch } from "../../schemas/tokens.js";
import type { DocumentPiece, DocumentPieces } from "./documentPieces.js";

/** What a batch holds of one sentence; `starts` tells that its document begins here. */
export interface SentencePiece extends DocumentPiece {
  /** A sentence begins here, and did not in an earlier batch. */
  readonly startsSentence: boolean;
}

/** Takes pieces of documents, in the order of their batch, apart into pieces of one sentence each. */
export function* sentencePieces(pieces: DocumentPieces, batch: IdBatch): Generator<SentencePiece> {
  const { ids, sentenceOffsets } = batch;
  let [end, next] = [0, 0];
  let last: DocumentPiece | undefined;
  for (const piece of pieces.of(batch)) {
    last = piece;
    const first = end;
    end += piece.ids.length;
    let from = first;
    let begins = piece.starts;
    for (; next < sentenceOffsets.length && sentenceOffsets[next]! < end; next++) {
      const at = sentenceOffsets[next]!;
      if (at > from) yield part(piece, first, from, at, begins);
      from = at;
      begins = true;
    }
    if (end > from || piece.starts) yield part(piece, first, from, end, begins);
  }
  // the next batch begins with a sentence
  if (last && sentenceOffsets[next] === ids.length)
    yield { ...last, ids: ids.subarray(end), starts: false, startsSentence: true };
}

function part(piece: DocumentPiece, first: number, from: number, to: number, startsSentence: boolean): SentencePiece {
  const ids = piece.ids.subarray(from - first, to - first);
  return { ...piece, ids, starts: piece.starts && from === first, startsSentence };
}
