# Writes attention.json: how much the places of texts look at each other in each layer and head of fixtures/gpt2 and fixtures/bert, as
# transformers has it in float32: output_attentions, rounded to 8 digits.
#     python3 attention.py
import json
from pathlib import Path

import tokenizers
import torch
import transformers

HERE = Path(__file__).parent
torch.set_num_threads(1)


def numbers(tensor):
    return [float(f"{value:.8g}") for value in tensor.detach().flatten().tolist()]


def told(model, text, ids):
    with torch.no_grad():
        layers = model(torch.tensor([ids]), output_attentions=True).attentions  # (1, heads, places, places) each
    return {"text": text, "ids": ids, "layers": [numbers(layer[0]) for layer in layers]}


def gpt2():
    folder = HERE.parent / "fixtures" / "gpt2"
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    model = transformers.GPT2LMHeadModel.from_pretrained(folder, attn_implementation="eager").eval()
    return [told(model, text, tokenizer.encode(text).ids) for text in ["the cat sat on the mat", "我喜欢猫"]]


def bert():
    folder = HERE.parent / "fixtures" / "bert"
    tokenizer = transformers.BertTokenizer(str(folder / "vocab.txt"))
    model = transformers.BertForPreTraining.from_pretrained(folder, attn_implementation="eager").eval()
    return [told(model, text, tokenizer(text)["input_ids"]) for text in ["The cats slept on the mat.", "猫 sat, unable"]]


results = {"torch": torch.__version__, "transformers": transformers.__version__, "gpt2": gpt2(), "bert": bert()}
(HERE / "attention.json").write_text(json.dumps(results, ensure_ascii=False) + "\n", encoding="utf8")
