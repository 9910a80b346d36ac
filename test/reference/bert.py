# Writes bert.json: what transformers' BertForPreTraining computes in float64 with PyTorch for test/kernels/neural/networks/bert.test.ts, and
# test/fixtures/bert, a small random checkpoint as transformers writes it with what it computes of two texts in float32.
# Weights of bert.json are not stored: numbers(shape, k) is the same formula here and in test/support/neuralCases.ts; k is 10 + the place of
# the name among all names in the order of code units. Matrices are four times that, and gains 1 more, so that attention matters.
#     python3 bert.py
import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers

HERE = Path(__file__).parent
torch.set_num_threads(1)


def numbers(shape, k):
    n = math.prod(shape)
    flat = [((37 * i + 11 * k + i * i % 13) % 41 - 20) / 64 for i in range(n)]
    return torch.tensor(flat, dtype=torch.float64).reshape(shape)


def flat(tensor):
    return [float(f"{value:.15g}") for value in tensor.detach().flatten().tolist()]


def config(**sizes):
    return transformers.BertConfig(hidden_dropout_prob=0, attention_probs_dropout_prob=0, attn_implementation="eager", **sizes)


def network():
    terms, rows, length = 11, 3, 5
    model = transformers.BertForPreTraining(config(
        vocab_size=terms, hidden_size=4, num_hidden_layers=2, num_attention_heads=2, intermediate_size=6,
        max_position_embeddings=6, pad_token_id=None)).double()  # with one, PyTorch holds its row back from learning
    parameters = dict(sorted(model.named_parameters()))  # tied ones once
    with torch.no_grad():
        for k, (name, value) in enumerate(parameters.items()):
            gains = 1 if name.endswith("LayerNorm.weight") else 0
            value.copy_(gains + numbers(value.shape, 10 + k) * (4 if value.dim() > 1 else 1))
    places = rows * length
    ids = torch.tensor([(5 * i + 3) % terms for i in range(places)]).reshape(rows, length)
    targets = torch.tensor([(7 * i + 1) % terms if i % 3 == 1 and i < 12 else -1 for i in range(places)])
    segments = torch.tensor([int(i % length > 2) for i in range(places)]).reshape(rows, length)
    mask = torch.tensor([[int(t < n) for t in range(length)] for n in (5, 4, 2)])
    labels = torch.tensor([1, 0, -1])
    out = model(input_ids=ids, token_type_ids=segments, attention_mask=mask, output_hidden_states=True)
    of = lambda logits, wanted: torch.where(
        wanted < 0, 0, F.cross_entropy(logits, wanted, ignore_index=-1, reduction="none"))
    losses = of(out.prediction_logits.reshape(places, terms), targets)
    label_losses = of(out.seq_relationship_logits, labels)
    (losses.sum() * 0.25 + label_losses.sum() * 0.5).backward()
    return {
        "losses": flat(losses),
        "labelLosses": flat(label_losses),
        "logits": flat(out.prediction_logits),
        "layers": [flat(layer) for layer in out.hidden_states],
        "gradients": {name: flat(value.grad) for name, value in parameters.items()},
    }


VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "dog", "sat", "on", "mat", "slept", "un", "##able",
              "##s", "猫", "狗", ".", ","]


def checkpoint():
    folder = HERE.parent / "fixtures" / "bert"
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    model = transformers.BertForPreTraining(config(
        vocab_size=len(VOCABULARY), hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=16, initializer_range=0.5)).eval()
    with torch.no_grad():  # norms and biases that are not 1 and 0
        for value in model.parameters():
            if value.dim() == 1:
                value.add_(0.1 * torch.randn(value.shape))
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in VOCABULARY), encoding="utf8")
    tokenizer = transformers.BertTokenizer(str(folder / "vocab.txt"))
    cases = []
    for first, second in [("The cats [MASK] on the mat.", None), ("the dog [MASK]", "猫 sat, unable")]:
        inputs = tokenizer(first, second, return_tensors="pt")
        out = model(**inputs, output_hidden_states=True)
        cases.append({
            "first": first,
            **({} if second is None else {"second": second}),
            "ids": inputs["input_ids"].flatten().tolist(),
            "segments": inputs["token_type_ids"].flatten().tolist(),
            "last": [float(f"{v:.8g}") for v in out.hidden_states[-1].flatten().tolist()],
            "logits": [float(f"{v:.8g}") for v in out.prediction_logits.flatten().tolist()],
            "next": [float(f"{v:.8g}") for v in out.seq_relationship_logits.flatten().tolist()],
        })
    return cases


results = {"torch": torch.__version__, "transformers": transformers.__version__, "network": network(), "checkpoint": checkpoint()}
(HERE / "bert.json").write_text(json.dumps(results, ensure_ascii=False) + "\n", encoding="utf8")
