# Writes fixtures/gpt2: a small checkpoint of GPT-2 with random weights, as transformers writes it, and what transformers makes of two texts:
# ids, the numbers behind each layer, the logits of the next term, and the mean loss of all ids but the first.
#     python3 gpt2.py ../fixtures/gpt2
import json
import sys
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

folder = sys.argv[1]
texts = ["the cat sat on the mat", "我喜欢猫"]
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
alphabet = pre_tokenizers.ByteLevel.alphabet()
trainer = trainers.BpeTrainer(vocab_size=270, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet, show_progress=False)
tokenizer.train_from_iterator([texts[0], "the cat sat", "猫", "猫"], trainer)

torch.manual_seed(1)
config = transformers.GPT2Config(
    vocab_size=tokenizer.get_vocab_size(), n_positions=16, n_embd=8, n_layer=2, n_head=2, n_inner=12, bos_token_id=0, eos_token_id=0)
model = transformers.GPT2LMHeadModel(config).eval()
with torch.no_grad():
    for parameter in model.parameters():  # far from the first values of training, so that every layer counts
        parameter.copy_(torch.randn(parameter.shape) * 0.5)
model.save_pretrained(folder)
tokenizer.save(f"{folder}/tokenizer.json")


def numbers(tensor):
    return [float(f"{value:.8g}") for value in tensor.detach().flatten().tolist()]


def told(text):
    ids = torch.tensor([tokenizer.encode(text).ids])
    made = model(ids, labels=ids, output_hidden_states=True)
    return {
        "text": text,
        "ids": ids[0].tolist(),
        "layers": [numbers(layer[0]) for layer in made.hidden_states],
        "next": numbers(made.logits[0, -1]),
        "loss": made.loss.item(),
    }


with open(f"{folder}/expected.json", "w") as file:
    versions = {"transformers": transformers.__version__, "torch": torch.__version__}
    json.dump({"versions": versions, "texts": [told(text) for text in texts]}, file)
