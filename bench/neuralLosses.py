"""The peer of bench/neuralLosses.ts: learns by the weights and batches that it has written, in single precision.

    python3 neuralLosses.py FOLDER

Prints JSON: the mean loss of each batch before its step. Needs torch, numpy and safetensors.
"""
import json
import sys
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

folder = Path(sys.argv[1])
meta = json.loads((folder / "meta.json").read_text())
rows, length = meta["rows"], meta["length"]
p = {name: value.clone().requires_grad_() for name, value in load_file(folder / "weights.safetensors").items()}
batches = numpy.fromfile(folder / "batches.int32", dtype="int32").reshape(meta["steps"], 2, rows, length)
torch.set_num_threads(1)
kept = {}


def loss_of(logits, targets):
    return F.cross_entropy(logits, targets.flatten(), ignore_index=-1)


def nnlm(ids, targets):
    before = kept.get("ids", torch.full((rows, 3), -1))
    whole = torch.cat([before, ids], 1)
    kept["ids"] = whole[:, -3:]
    table = torch.cat([p["vectors"], torch.zeros(1, p["vectors"].shape[1])])  # -1 is the last row
    x = table[whole.unfold(1, 4, 1)].reshape(rows * length, -1)
    h = torch.tanh(x @ p["hidden.weight"] + p["hidden.bias"])
    return loss_of(F.linear(h, p["output.weight"], p["output.bias"]), targets)


def lstm(ids, targets):
    w, u, b = (p[f"layer.0.{part}"] for part in ("input", "recurrent", "bias"))
    weights = {"weight_ih_l0": w.T, "weight_hh_l0": u.T, "bias_ih_l0": b, "bias_hh_l0": torch.zeros_like(b)}
    layer = torch.nn.LSTM(w.shape[0], u.shape[0], batch_first=True)
    state = kept.get("state", tuple(torch.zeros(1, rows, u.shape[0]) for _ in range(2)))
    y, after = torch.func.functional_call(layer, weights, (p["vectors"][ids], state))
    kept["state"] = tuple(each.detach() for each in after)
    return loss_of(F.linear(y.reshape(rows * length, -1), p["output.weight"], p["output.bias"]), targets)


def attended(qkv, heads, causal):
    q, k, v = (part.reshape(rows, length, heads, -1).transpose(1, 2) for part in qkv.chunk(3, 2))
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).reshape(rows, length, -1)


def norm(x, name, epsilon):
    return F.layer_norm(x, x.shape[-1:], p[f"{name}.weight"], p[f"{name}.bias"], epsilon)


def gpt(ids, targets):
    dense = lambda x, name: x @ p[f"{name}.weight"] + p[f"{name}.bias"]
    x = p["wte.weight"][ids] + p["wpe.weight"]
    for block in ("h.0", "h.1"):
        x = x + dense(attended(dense(norm(x, f"{block}.ln_1", 1e-5), f"{block}.attn.c_attn"), 2, True), f"{block}.attn.c_proj")
        inner = F.gelu(dense(norm(x, f"{block}.ln_2", 1e-5), f"{block}.mlp.c_fc"), approximate="tanh")
        x = x + dense(inner, f"{block}.mlp.c_proj")
    return loss_of((norm(x, "ln_f", 1e-5) @ p["wte.weight"].T).reshape(rows * length, -1), targets)


def bert(ids, targets):
    dense = lambda x, name: F.linear(x, p[f"{name}.weight"], p[f"{name}.bias"])
    tables = "bert.embeddings"
    words = p[f"{tables}.word_embeddings.weight"]
    x = words[ids] + p[f"{tables}.token_type_embeddings.weight"][0] + p[f"{tables}.position_embeddings.weight"]
    x = norm(x, f"{tables}.LayerNorm", 1e-12)
    for block in ("bert.encoder.layer.0", "bert.encoder.layer.1"):
        qkv = torch.cat([dense(x, f"{block}.attention.self.{part}") for part in ("query", "key", "value")], 2)
        x = norm(x + dense(attended(qkv, 2, False), f"{block}.attention.output.dense"), f"{block}.attention.output.LayerNorm", 1e-12)
        inner = F.gelu(dense(x, f"{block}.intermediate.dense"))
        x = norm(x + dense(inner, f"{block}.output.dense"), f"{block}.output.LayerNorm", 1e-12)
    h = norm(F.gelu(dense(x, "cls.predictions.transform.dense")), "cls.predictions.transform.LayerNorm", 1e-12)
    return loss_of((F.linear(h, words, p["cls.predictions.bias"])).reshape(rows * length, -1), targets)


def elmo(ids, targets):
    spelled = torch.tensor(meta["spellings"]["characters"]).reshape(-1, meta["spellings"]["length"])
    x = p["characters"][spelled].transpose(1, 2)
    found = []
    for width in (1, 2, 3):
        weight = p[f"filters.{width}.weight"]
        filters = weight.reshape(width, x.shape[1], weight.shape[1]).permute(2, 1, 0)
        found.append(torch.relu(F.conv1d(x, filters, p[f"filters.{width}.bias"]).max(dim=2).values))
    x = torch.cat(found, 1)
    gate = torch.sigmoid(x @ p["highway.0.gate.weight"] + p["highway.0.gate.bias"])
    x = gate * torch.relu(x @ p["highway.0.weight"] + p["highway.0.bias"]) + (1 - gate) * x
    terms = x @ p["projection.weight"] + p["projection.bias"]

    def run(x, direction, begin):
        ends = []
        for n in range(2):
            w, u, b, r = (p[f"{direction}.{n}.{part}"] for part in ("input", "recurrent", "bias", "projection"))
            weights = {"weight_ih_l0": w.T, "weight_hh_l0": u.T, "bias_ih_l0": b, "bias_hh_l0": torch.zeros_like(b), "weight_hr_l0": r.T}
            layer = torch.nn.LSTM(w.shape[0], r.shape[0], proj_size=r.shape[1], batch_first=True)
            y, end = torch.func.functional_call(layer, weights, (x, begin[n]))
            ends.append(tuple(each.detach() for each in end))
            x = y if n == 0 else y + x
        return x, ends

    size, hidden = terms.shape[1], p["forward.0.projection"].shape[0]
    zeros = [(torch.zeros(1, rows, size), torch.zeros(1, rows, hidden)) for _ in range(2)]
    following, kept["ends"] = run(terms[ids], "forward", kept.get("ends", zeros))
    before, _ = run(terms[targets.flip(1)], "backward", zeros)
    output = lambda h: F.linear(h.reshape(rows * length, -1), p["output.weight"], p["output.bias"])
    return (loss_of(output(following), targets) + loss_of(output(before.flip(1)), ids)) / 2


network = {"nnlm": nnlm, "lstm": lstm, "gpt": gpt, "bert": bert, "elmo": elmo}[meta["network"]]
decayed = [value for name, value in p.items() if name in meta["decayed"]]
others = [value for name, value in p.items() if name not in meta["decayed"]]
groups = [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0}]
optimiser = torch.optim.AdamW(groups, lr=0.002, betas=(0.9, 0.99), eps=1e-8)
losses = []
for ids, targets in torch.from_numpy(batches.astype("int64")):
    optimiser.zero_grad()
    loss = network(ids, targets)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(p.values(), 1.0)
    optimiser.step()
    losses.append(loss.item())
print(json.dumps(losses))
