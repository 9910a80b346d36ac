"""
Ids and texts of Hugging Face's tokenizers 0.23.2 for odd lines, by tokenizers of many forms:

    python test/reference/subwords.py > test/reference/subwords.json

Tokenizers are learned from the lines below. Each form is a change of one of them.
"""
import json
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

corpus = [
    "The cat sat on the mat, and the dog sat on the cat.",
    "It isn't the cat's mat; they'll say it's the dog's.",
    "Unaffable people are lowest, lower and low; the newest is the widest.",
    "我喜欢猫，也喜欢狗。我们在北京大学读书。",
    "猫喜欢我，狗也喜欢我们。",
] * 3

lines = [
    "", " ", "  the  cat ", "The cat's dogs sat, didn't they? I'LL say it's low.", "tab\there\nand\r\nthere\n\n end   ",
    "low lower lowest unaffable zzz", "ΟΔΟΣ ὈΔΥΣΣΕΎΣ İstanbul Straße", "é e\u0301 Ñ àçcéntéd ﬁ Å", "한국어 텍스트", "日本語のテキスト、カタカナ。",
    "a\ufeffb\u200bc\u00add\u0085e\u2028f\u3000g", "👩‍👩‍👧 😀🇩🇪", "x²½ⅷ१२③ 1234567 3.14", "<mask> the<mask>cat   <mask>  cats xcats cats'  cats  b",
    "<|endoftext|>the<|endoftext|> cat", "[MASK] is [CLS]x[SEP] [mask]", "𠮷野家 我喜欢𝒳", "\u0301x \u0903a \u20dd", "a" * 40 + " " + "猫" * 120,
    "a\u0000b\ufffdc\ue000d\u0378e", "我喜欢English猫，测试。「引号」", "ſs 'ſ 'S", "$100 #tag @x foo_bar-baz don’t",
]

bpe = Tokenizer(models.BPE())
bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
bpe.decoder = decoders.ByteLevel()
bpe.train_from_iterator(corpus, trainers.BpeTrainer(
    vocab_size=330, min_frequency=2, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
word_piece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
word_piece.normalizer = normalizers.BertNormalizer(lowercase=True)
word_piece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
word_piece.decoder = decoders.WordPiece()
word_piece.train_from_iterator(corpus, trainers.WordPieceTrainer(
    vocab_size=160, min_frequency=1, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
word_piece.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
suffix = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
suffix.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
suffix.decoder = decoders.BPEDecoder()
suffix.train_from_iterator(corpus, trainers.BpeTrainer(
    vocab_size=150, special_tokens=["<unk>"], end_of_word_suffix="</w>", show_progress=False))
prefix = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##"))
prefix.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
prefix.decoder = decoders.WordPiece(cleanup=False)
prefix.train_from_iterator(corpus, trainers.BpeTrainer(
    vocab_size=150, special_tokens=["<unk>"], continuing_subword_prefix="##", show_progress=False))

bases = {name: json.loads(each.to_str()) for name, each in
         {"bpe": bpe, "wordPiece": word_piece, "suffix": suffix, "prefix": prefix}.items()}

GPT4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = GPT4.replace("{1,3}", "")
bytes_alone = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
split = lambda pattern: {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
sequence = lambda *parts: {"type": "Sequence", "pretokenizers": list(parts)}
added = lambda id, content, **flags: {"id": id, "content": content, **{
    "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **flags}}
template = {
    "type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [0], "tokens": ["<|endoftext|>"]}},
}
size = len(bases["bpe"]["model"]["vocab"])
forms = {
    "bpe": ("bpe", {}),
    "bpe, NFC, space at the start": ("bpe", {"normalizer": {"type": "NFC"}, "pre_tokenizer": {**bases["bpe"]["pre_tokenizer"], "add_prefix_space": True}}),
    "bpe, pattern of GPT-4": ("bpe", {"pre_tokenizer": sequence(split(GPT4), bytes_alone), "post_processor": template}),
    "bpe, pattern of Qwen": ("bpe", {"pre_tokenizer": sequence(split(QWEN), bytes_alone), "normalizer": {"type": "NFD"}}),
    "bpe, white space": ("bpe", {"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]}, "pre_tokenizer": sequence({"type": "Whitespace"}, bytes_alone)}),
    "bpe, added tokens": ("bpe", {"added_tokens": bases["bpe"]["added_tokens"] + [
        added(size, "<mask>", lstrip=True), added(size + 1, "cats", single_word=True, rstrip=True, normalized=True, special=False)]}),
    "bpe, unknown": ("bpe", {"pre_tokenizer": {"type": "Whitespace"}, "model": {"unk_token": "<|endoftext|>", "fuse_unk": True}}),
    "bpe, whole": ("bpe", {"pre_tokenizer": None, "decoder": {"type": "Fuse"}, "model": {"ignore_merges": True}}),
    "wordPiece": ("wordPiece", {}),
    "wordPiece, cased": ("wordPiece", {"normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}}),
    "wordPiece, sequence": ("wordPiece", {"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]}, "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": None, "decoder": None}),
    "wordLevel": ("wordPiece", {"pre_tokenizer": {"type": "Whitespace"}, "model": {"type": "WordLevel"}}),
    "suffix": ("suffix", {}),
    "prefix": ("prefix", {}),
}

out = {}
for name, (base, change) in forms.items():
    form = {**bases[base], **change, "model": {**bases[base]["model"], **change.get("model", {})}}
    if form["model"]["type"] == "WordLevel":
        form["model"] = {"type": "WordLevel", "vocab": form["model"]["vocab"], "unk_token": "[UNK]"}
    tokenizer = Tokenizer.from_str(json.dumps(form))
    ids = [tokenizer.encode(line).ids for line in lines]
    out[name] = {
        "base": base, "change": change, "ids": ids,
        "texts": [tokenizer.decode(each) for each in ids],
        "withSpecials": [tokenizer.decode(each, skip_special_tokens=False) for each in ids],
    }
print(json.dumps({"corpus": corpus[:5], "lines": lines, "bases": bases, "forms": out}, ensure_ascii=False))
