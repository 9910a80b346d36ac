import { bertFrame } from "../../kernels/tokenizers/learnTokenizer.js";
import { specialForm } from "../../kernels/vocabulary/specialIds.js";
import type { AddedToken, Merge, TokenizerForm } from "../../schemas/subwordVocabulary.js";

function specialsOf(pieces: readonly string[]): AddedToken[] {
  return pieces.flatMap((content, id) =>
    specialForm.test(content)
      ? [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }]
      : [],
  );
}

/** GPT-2's: bytes, cut by its pattern. */
export function formOfBytePairs(pieces: readonly string[], merges: readonly Merge[]): TokenizerForm {
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    added_tokens: specialsOf(pieces),
    normalizer: null,
    pre_tokenizer: bytes,
    post_processor: bytes,
    decoder: bytes,
    model: { type: "BPE", merges },
  };
}

/** BERT's; `vocab.txt` does not say whether letters are made small: they are, if no piece but the specials has a capital. */
export function formOfWordPieces(pieces: readonly string[]): TokenizerForm {
  const specials = specialsOf(pieces);
  const contents = new Set(specials.map(({ content }) => content));
  const lowercase = !pieces.some((piece) => /\p{Lu}/u.test(piece) && !contents.has(piece) && !piece.startsWith("["));
  return {
    added_tokens: specials,
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: bertFrame(pieces),
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100 },
  };
}
