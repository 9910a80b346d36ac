"""The peer of bench/neural.ts: steps of learning with AdamW of the same networks by PyTorch, two threads.

    python3 neural.py nnlm|lstm|wide|gpt WARM_UP STEPS

Prints JSON: milliseconds of each step, and processor milliseconds of all threads a step; imports and the first steps are left out.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

name, warm_up, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(2)
torch.manual_seed(1)


class Nnlm(nn.Module):
    rows, length, terms = 16, 16, 10000

    def __init__(self):
        super().__init__()
        self.vectors = nn.Embedding(self.terms, 100)
        self.hidden = nn.Linear(400, 100)
        self.output = nn.Linear(100, self.terms)

    def forward(self, ids):
        contexts = F.pad(ids, (3, 0)).unfold(1, 4, 1)
        x = self.vectors(contexts.reshape(-1, 4)).reshape(-1, 400)
        return self.output(torch.tanh(self.hidden(x)))


class Lstm(nn.Module):
    rows, length, terms = 20, 20, 10000

    def __init__(self):
        super().__init__()
        self.vectors = nn.Embedding(self.terms, 200)
        self.lstm = nn.LSTM(200, 200, 2, batch_first=True)
        self.output = nn.Linear(200, self.terms)

    def forward(self, ids):
        return self.output(self.lstm(self.vectors(ids))[0]).reshape(-1, self.terms)


class Wide(nn.Module):
    rows, length, terms = 20, 20, 10000

    def __init__(self):
        super().__init__()
        self.vectors = nn.Embedding(self.terms, 650)
        self.lstm = nn.LSTM(650, 650, 2, batch_first=True)
        self.output = nn.Linear(650, self.terms)

    def forward(self, ids):
        return self.output(self.lstm(self.vectors(ids))[0]).reshape(-1, self.terms)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.mix = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        rows, length, width = x.shape
        q, k, v = (
            part.reshape(rows, length, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).chunk(3, 2)
        )
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.mix(y.transpose(1, 2).reshape(rows, length, width))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Gpt(nn.Module):
    rows, length, terms = 8, 128, 4000

    def __init__(self):
        super().__init__()
        self.ids, self.places = nn.Embedding(self.terms, 128), nn.Embedding(self.length, 128)
        self.blocks = nn.Sequential(*[Block(128, 4) for _ in range(4)])
        self.norm = nn.LayerNorm(128)

    def forward(self, ids):
        x = self.blocks(self.ids(ids) + self.places.weight)
        return (self.norm(x) @ self.ids.weight.T).reshape(-1, self.terms)


model = {"nnlm": Nnlm, "lstm": Lstm, "wide": Wide, "gpt": Gpt}[name]()
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
places = torch.arange(model.rows * model.length)


def step(n):
    ids = ((7919 * places + 31 * n) % model.terms).reshape(model.rows, model.length)
    optimiser.zero_grad()
    F.cross_entropy(model(ids), (104729 * places + 17 * n) % model.terms).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()


for n in range(warm_up):
    step(n)
wall = []
used = time.process_time()
for n in range(steps):
    started = time.perf_counter()
    step(warm_up + n)
    wall.append(1000 * (time.perf_counter() - started))
print(json.dumps({"wall": wall, "processor": 1000 * (time.process_time() - used) / steps}))
