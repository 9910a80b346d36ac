# Writes neural.json: what PyTorch computes in float64 for each layer and for whole networks, with its own layers where it has them.
# Inputs and weights are not stored: numbers(shape, k) is the same formula here and in test/support/neuralCases.ts.
#     python3 neural.py > neural.json && npx biome format --write neural.json
import json
import math
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def numbers(shape, k):
    n = math.prod(shape)
    flat = [((37 * i + 11 * k + i * i % 13) % 41 - 20) / 64 for i in range(n)]
    return torch.tensor(flat).reshape(shape)


# --- Counter-based draws: kernels/numbers/random.ts

def mix32(value):
    h = value & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x21F0AAAD) & 0xFFFFFFFF
    h = ((h ^ (h >> 15)) * 0x735A2D97) & 0xFFFFFFFF
    return h ^ (h >> 15)


def draws(seed, purpose, epoch):
    state = mix32(mix32(seed) ^ (seed >> 32))
    for letter in purpose:
        state = mix32(state ^ ord(letter))
    key0 = mix32(state ^ epoch)
    key1 = mix32(key0 ^ 0x9E3779B9)
    return lambda index: mix32(mix32(index ^ key0) ^ mix32((index >> 32) + key1))


def dropout(x, rate, seed, purpose, step, first_row):
    rows, columns = x.shape
    draw = draws(seed, f"dropout {purpose}", step)
    threshold = round(rate * 2**32)
    kept = [[float(draw((first_row + i) * columns + j) >= threshold) for j in range(columns)] for i in range(rows)]
    return x * torch.tensor(kept) / (1 - rate)


def candidates(terms, count, seed, step):
    draw = draws(seed, "candidates", step)
    drawn, tries = {}, 0
    while len(drawn) < count:
        rank = math.floor((terms + 1) ** (draw(tries) / 2**32)) - 1
        drawn[min(rank, terms - 1)] = True
        tries += 1
    ids = torch.arange(terms).double()
    p = torch.log((ids + 2) / (ids + 1)) / math.log(terms + 1)
    return list(drawn), torch.log(1 - (1 - p) ** tries)


# --- Layers: y, and the gradients of the sum of y times numbers(y.shape, 99)

def lstm(x, w, u, b, h, c, times):
    layer = torch.nn.LSTM(w.shape[0], u.shape[0])
    return recurrent(layer, x, w, u, b, (h[None], c[None]), times)


def simple(x, w, u, b, h, times):
    return recurrent(torch.nn.RNN(w.shape[0], u.shape[0]), x, w, u, b, h[None], times)


def recurrent(layer, x, w, u, b, state, times):
    weights = {"weight_ih_l0": w.T, "weight_hh_l0": u.T, "bias_ih_l0": b, "bias_hh_l0": torch.zeros_like(b)}
    y, last = torch.func.functional_call(layer, weights, (x.reshape(times, -1, x.shape[1]), state))
    return y.reshape(-1, u.shape[0]), last


def attention(qkv, heads, sequences, causal, lengths=None):
    rows, width = qkv.shape[0], qkv.shape[1] // 3
    t = rows // sequences
    q, k, v = (part.reshape(sequences, t, heads, width // heads).transpose(1, 2) for part in qkv.split(width, dim=1))
    seen = torch.ones(sequences, 1, t, t, dtype=torch.bool)
    if causal:
        seen = seen.tril()
    for n, length in enumerate(lengths or []):
        seen[n, :, :, length:] = False
    return F.scaled_dot_product_attention(q, k, v, attn_mask=seen).transpose(1, 2).reshape(rows, width)


def block_forms(projections, rows_are_outputs, width=4, inner=6):
    dense = lambda name, i, o: {f"{name}.weight": (o, i) if rows_are_outputs else (i, o), f"{name}.bias": (o,)}
    norm = lambda name: {f"{name}.weight": (width,), f"{name}.bias": (width,)}
    forms = norm("a.norm")
    for name in projections:
        forms |= dense(name, width, 3 * width // len(projections))
    return forms | dense("a.out", width, width) | norm("b.norm") | dense("b.up", width, inner) | dense("b.down", inner, width)


def block(x, p, projections, rows_are_outputs, before, gelu, epsilon, attend, dropped=lambda x, place: x):
    """x is rows x width; p holds what block_forms names."""
    dense = lambda x, n: x @ (p[f"{n}.weight"].T if rows_are_outputs else p[f"{n}.weight"]) + p[f"{n}.bias"]
    norm = lambda x, n: F.layer_norm(x, x.shape[1:], p[f"{n}.weight"], p[f"{n}.bias"], epsilon)
    attended = lambda x: dropped(dense(attend(torch.cat([dense(x, n) for n in projections], 1)), "a.out"), 0)
    inner = lambda x: dropped(dense(F.gelu(dense(x, "b.up"), approximate=gelu), "b.down"), 1)
    if before:
        x = x + attended(norm(x, "a.norm"))
        return x + inner(norm(x, "b.norm"))
    x = norm(x + attended(x), "a.norm")
    return norm(x + inner(x), "b.norm")


def block_case(projections, rows_are_outputs, before, gelu, epsilon, heads, causal, lengths=None):
    forms = block_forms(projections, rows_are_outputs)
    attend = lambda qkv: attention(qkv, heads, 2, causal, lengths)
    run = lambda x, *p: block(x, dict(zip(forms, p)), projections, rows_are_outputs, before, gelu, epsilon, attend)
    return run, [(6, 4)], forms


def character_convolution(x, w, b, length):
    words = x.reshape(-1, length, x.shape[1]).transpose(1, 2)
    filters = w.reshape(-1, x.shape[1], w.shape[1]).permute(2, 1, 0)
    return F.conv1d(words, filters, b).max(dim=2).values


IDS = torch.tensor([2, 0, 2, 4])
TWICE = [0, 4, 1, 5, 6, 2, 7, 3]
TARGETS = torch.tensor([1, -1, 4])
# name: function, shapes of inputs, shapes of parameters
def mix(*all):
    *layers, weights, gamma = all
    return gamma[0, 0] * sum(share * layer for share, layer in zip(torch.softmax(weights[0], 0), layers))


def pair(x):
    u, v = x[0::2], x[1::2]
    return torch.cat([u, v, (u - v).abs(), u * v], 1)


LAYERS = {
    "sum": (lambda a, b: a + b, [(2, 3), (2, 3)], {}),
    "productOfNumbers": (lambda a, b: a * b, [(2, 3), (2, 3)], {}),
    "scaled": (lambda a: a * 0.75, [(2, 3)], {}),
    "reshaped": (lambda a: a.reshape(3, 2), [(2, 3)], {}),
    "rowsOf": (lambda a: a[1:3], [(4, 2)], {}),
    "columnsOf": (lambda a: a[:, 1:3], [(2, 4)], {}),
    "joinedRows": (lambda a, b: torch.cat([a, b]), [(1, 3), (2, 3)], {}),
    "joinedColumns": (lambda a, b: torch.cat([a, b], 1), [(2, 1), (2, 3)], {}),
    "gathered": (lambda a: a[IDS], [(5, 3)], {}),
    "spread": (lambda a: torch.zeros(6, 3).index_copy(0, torch.tensor([5, 0, 1, 3]), a), [(4, 3)], {}),
    "groupMeans": (lambda a: torch.stack([a[[1, 4]].mean(0), torch.zeros(3), a[0]]), [(5, 3)], {}),
    "layerMix": (mix, [(2, 3)] * 3, {"m.weights": (1, 3), "m.gamma": (1, 1)}),
    "pairFeatures": (pair, [(4, 3)], {}),
    "pairFeatures of a layerMix": (lambda a, b, w, g, o, c: F.linear(pair(mix(a, b, w, g)), o, c), [(4, 3)] * 2,
                                   {"m.weights": (1, 2), "m.gamma": (1, 1), "w": (2, 12), "b": (2,)}),
    "embedding": (lambda table: table[IDS], [], {"table": (5, 3)}),
    "linear": (lambda x, w, b: x @ w + b, [(3, 4)], {"w": (4, 5), "b": (5,)}),
    "linear of rows": (lambda x, w, b: F.linear(x, w, b), [(3, 4)], {"w": (5, 4), "b": (5,)}),
    "linear without bias": (lambda x, w: x @ w, [(3, 4)], {"w": (4, 5)}),
    "layerNorm": (lambda x, g, b: F.layer_norm(x, (5,), g, b, 1e-5), [(3, 5)], {"n.weight": (5,), "n.bias": (5,)}),
    "tanh": (lambda x: torch.tanh(16 * x), [(5, 5)], {}),
    "sigmoid": (lambda x: torch.sigmoid(16 * x), [(5, 5)], {}),
    "relu": (lambda x: torch.relu(16 * x), [(5, 5)], {}),
    "gelu": (lambda x: F.gelu(16 * x), [(5, 5)], {}),
    "geluTanh": (lambda x: F.gelu(16 * x, approximate="tanh"), [(5, 5)], {}),
    "dropout": (lambda x: dropout(x, 0.4, 7, 3, 5, 2), [(6, 5)], {}),
    "simple recurrent": (lambda x, w, u, b: simple(x, w, u, b, numbers((2, 4), 50), 3)[0], [(6, 3)],
                         {"r.input": (3, 4), "r.recurrent": (4, 4), "r.bias": (4,)}),
    "lstm": (lambda x, w, u, b: lstm(x, w, u, b, numbers((2, 4), 50), numbers((2, 4), 51), 3)[0], [(6, 3)],
             {"r.input": (3, 16), "r.recurrent": (4, 16), "r.bias": (16,)}),
    "attention": (lambda x: attention(8 * x, 2, 2, False), [(6, 12)], {}),
    "causal attention": (lambda x: attention(8 * x, 2, 2, True), [(6, 12)], {}),
    "attention within lengths": (lambda x: attention(8 * x, 1, 2, False, [3, 2]), [(6, 12)], {}),
    "character convolution": (lambda x, w, b: character_convolution(x, w, b, 4), [(8, 3)], {"w": (6, 5), "b": (5,)}),
    "transformer block, norm before": block_case(["a.qkv"], False, True, "tanh", 1e-5, 2, True),
    "transformer block, norm after": block_case(["q", "k", "v"], True, False, "none", 1e-12, 2, False, [3, 2]),
    # each largest number twice, once in x: PyTorch gives the gradient to the first
    "maxOfGroups of equal ones": (lambda x: torch.cat([x, numbers((4, 3), 0)])[TWICE].reshape(2, 4, 3).max(1).values, [(4, 3)], {}),
}


def leaf(tensor):
    return tensor.clone().requires_grad_()


def layer(function, shapes, forms):
    inputs = [leaf(numbers(shape, k)) for k, shape in enumerate(shapes)]
    parameters = [leaf(numbers(shape, 10 + k)) for k, shape in enumerate(forms.values())]
    y = function(*inputs, *parameters)
    (y * numbers(y.shape, 99)).sum().backward()
    gradient = lambda x: flat(torch.zeros_like(x) if x.grad is None else x.grad)
    return {"y": flat(y), "inputs": [gradient(x) for x in inputs], "parameters": [gradient(x) for x in parameters]}


# --- Networks

TERMS, ROWS, LENGTH, SEED, SCALE = 11, 2, 4, 7, 0.25
FIRST_ROW = 3
ids = torch.tensor([(5 * i + 3) % TERMS for i in range(ROWS * LENGTH)])
targets = torch.tensor([(7 * i + 1) % TERMS for i in range(ROWS * LENGTH - 1)] + [-1])
lengths = [LENGTH, LENGTH - 1]
BEFORE = [[-1, -1], [2, 5]]  # ids before each row, -1 for none
STARTS = [0, 1, 4]
CANDIDATES = 4


def losses_of(log_p):
    return torch.where(targets < 0, 0, -log_p.gather(1, targets.clamp(min=0)[:, None])[:, 0])


def full(h, p, weight, step):
    return losses_of(F.log_softmax(F.linear(h, p[weight], p["output.bias"]), 1))


def classes(h, p, weight, step):
    of_classes = F.log_softmax(F.linear(h, p["classes.weight"], p["classes.bias"]), 1)
    scores = F.linear(h, p[weight], p["output.bias"])
    ends = STARTS[1:] + [TERMS]
    blocks = [of_classes[:, c:c + 1] + F.log_softmax(scores[:, a:b], 1) for c, (a, b) in enumerate(zip(STARTS, ends))]
    return losses_of(torch.cat(blocks, 1))


def sampled(h, p, weight, step):
    drawn, log_expected = candidates(TERMS, CANDIDATES, SEED, step)
    scores = F.linear(h, p[weight], p["output.bias"]) - log_expected
    losses = []
    for place, target in enumerate(targets.tolist()):
        others = [term for term in drawn if term != target]
        losses.append(torch.zeros(()) if target < 0 else torch.logsumexp(scores[place, [target] + others], 0) - scores[place, target])
    return torch.stack(losses)


def nnlm(p, step, context=3, direct=False, rate=0, output=full):
    rows = ids.reshape(ROWS, LENGTH).tolist()
    whole = [before + row for before, row in zip(BEFORE, rows)]
    contexts = torch.tensor([row[t:t + context] for row in whole for t in range(LENGTH)])
    x = torch.cat([p["vectors"], torch.zeros(1, 3)])[contexts].flatten(1)  # -1 is the last row
    h = torch.tanh(x @ p["hidden.weight"] + p["hidden.bias"])
    if rate:
        h = dropout(h, rate, SEED, 0, step, FIRST_ROW * LENGTH)
    state = [row[length:length + context - 1] for row, length in zip(whole, lengths)]
    return output(torch.cat([h, x], 1) if direct else h, p, "output.weight", step), torch.tensor(state) + 1.0


def rnnlm(p, step, layers=1, cell="lstm", rate=0, tied=False, output=full, hidden=4):
    states = 2 if cell == "lstm" else 1
    begin = numbers((ROWS, layers * states * hidden), 50)

    def dropped(x, purpose):
        if not rate:
            return x
        times = [dropout(part, rate, SEED, purpose + t * (layers + 1), step, FIRST_ROW) for t, part in enumerate(x.split(ROWS))]
        return torch.cat(times)

    x = dropped(p["vectors"][ids.reshape(ROWS, LENGTH).T.flatten()], 0)
    ends = []
    for n in range(layers):
        weights = [p[f"layer.{n}.{part}"] for part in ("input", "recurrent", "bias")]
        h0, *c0 = begin[:, n * states * hidden:(n + 1) * states * hidden].split(hidden, 1)
        run = (lambda x, times, h, *c: lstm(x, *weights, h, *c, times)) if cell == "lstm" else (
            lambda x, times, h: simple(x, *weights, h, times))
        y, _ = run(x, LENGTH, h0, *c0)
        behind = []  # each row by itself, as long as it is
        for row in range(ROWS):
            _, last = run(x[row::ROWS][:lengths[row]], lengths[row], *(s[row:row + 1] for s in (h0, *c0)))
            behind.append(torch.cat([s[0] for s in (last if cell == "lstm" else [last])], 1))
        ends.append(torch.cat(behind))
        x = dropped(y, n + 1)
    h = x.reshape(LENGTH, ROWS, hidden).transpose(0, 1).reshape(ROWS * LENGTH, hidden)
    return output(h, p, "vectors" if tied else "output.weight", step), torch.cat(ends, 1)


GPT_POSITIONS, GPT_LAYERS, GPT_WIDTH, GPT_INNER = 5, 2, 4, 8
PARTS = {"a.norm": "ln_1", "a.qkv": "attn.c_attn", "a.out": "attn.c_proj", "b.norm": "ln_2", "b.up": "mlp.c_fc", "b.down": "mlp.c_proj"}


def gpt_name(layer, name):
    part, kind = name.rsplit(".", 1)
    return f"h.{layer}.{PARTS[part]}.{kind}"


def gpt_forms():
    forms = {"wte.weight": (TERMS, GPT_WIDTH), "wpe.weight": (GPT_POSITIONS, GPT_WIDTH)}
    for n in range(GPT_LAYERS):
        forms |= {gpt_name(n, name): shape for name, shape in block_forms(["a.qkv"], False, GPT_WIDTH, GPT_INNER).items()}
    return forms | {"ln_f.weight": (GPT_WIDTH,), "ln_f.bias": (GPT_WIDTH,)}


def gpt(p, step, rate=0):
    def dropped(x, purpose):
        return dropout(x, rate, SEED, purpose, step, FIRST_ROW * LENGTH) if rate else x

    attend = lambda qkv: attention(qkv, 2, ROWS, True)
    x = dropped(p["wte.weight"][ids] + p["wpe.weight"][torch.arange(LENGTH).repeat(ROWS)], 0)
    for n in range(GPT_LAYERS):
        own = {name: p[gpt_name(n, name)] for name in block_forms(["a.qkv"], False)}
        x = block(x, own, ["a.qkv"], False, True, "tanh", 1e-5, attend, lambda x, place: dropped(x, 1 + 2 * n + place))
    h = F.layer_norm(x, x.shape[1:], p["ln_f.weight"], p["ln_f.bias"], 1e-5)
    return losses_of(F.log_softmax(h @ p["wte.weight"].T, 1)), torch.zeros(0)


SPELLED = ["</s>", "<unk>", "a", "bank", "cat", "猫", "apple", "aa", "bb", "abcdefghijk", "é"]
PLACES = 8  # at most, with the marks


def spelling(term):
    ids = [256, *term.encode()[:PLACES - 2], 257]
    return ids + [258] * (PLACES - len(ids))


def losses_for(h, p, wanted):
    log_p = F.log_softmax(F.linear(h, p["output.weight"], p["output.bias"]), 1)
    return torch.where(wanted < 0, 0, -log_p.gather(1, wanted.clamp(min=0)[:, None])[:, 0])


def elmo(p, step, layers=2, rate=0, size=3, hidden=4):
    x = p["characters"][torch.tensor([spelling(term) for term in SPELLED])].transpose(1, 2)
    found = []
    for width in (1, 2, 3):
        weight = p[f"filters.{width}.weight"]
        filters = weight.reshape(width, x.shape[1], weight.shape[1]).permute(2, 1, 0)
        found.append(torch.relu(F.conv1d(x, filters, p[f"filters.{width}.bias"]).max(dim=2).values))
    x = torch.cat(found, 1)
    gate = torch.sigmoid(x @ p["highway.0.gate.weight"] + p["highway.0.gate.bias"])
    x = gate * torch.relu(x @ p["highway.0.weight"] + p["highway.0.bias"]) + (1 - gate) * x
    terms = x @ p["projection.weight"] + p["projection.bias"]
    behind = torch.where(targets < 0, 0, targets).reshape(ROWS, LENGTH)
    known = (targets >= 0).reshape(ROWS, LENGTH).sum(1).tolist()

    def run(x, direction, begin):
        first = 0 if direction == "forward" else layers + 1

        def dropped(x, spot):
            if not rate:
                return x
            purpose = lambda t: first + spot + t * 2 * (layers + 1)
            return torch.cat([dropout(part, rate, SEED, purpose(t), step, FIRST_ROW) for t, part in enumerate(x.split(ROWS))])

        def layer(n, x, h, c):
            w, u, b, r = (p[f"{direction}.{n}.{part}"] for part in ("input", "recurrent", "bias", "projection"))
            weights = {"weight_ih_l0": w.T, "weight_hh_l0": u.T, "bias_ih_l0": b, "bias_hh_l0": torch.zeros_like(b), "weight_hr_l0": r.T}
            lstm = torch.nn.LSTM(w.shape[0], hidden, proj_size=size)
            y, last = torch.func.functional_call(lstm, weights, (x.reshape(-1, h.shape[0], size), (h[None], c[None])))
            return y.reshape(-1, size), torch.cat([last[0][0], last[1][0]], 1)

        x = dropped(x, 0)
        ends = []
        for n in range(layers):
            h, c = begin[:, n * (size + hidden):(n + 1) * (size + hidden)].split([size, hidden], 1)
            y, _ = layer(n, x, h, c)
            ends.append(torch.cat([layer(n, x[row::ROWS][:lengths[row]], h[row:row + 1], c[row:row + 1])[1] for row in range(ROWS)]))
            y = dropped(y, n + 1)
            x = y if n == 0 else y + x
        return x.reshape(LENGTH, ROWS, size).transpose(0, 1), torch.cat(ends, 1)

    def turned(rows):
        return torch.stack([torch.cat([row[:n].flip(0), row[n:]]) for row, n in zip(rows, known)])

    begin = numbers((ROWS, layers * (size + hidden)), 50)
    following, state = run(terms[ids.reshape(ROWS, LENGTH).T.flatten()], "forward", begin)
    before, _ = run(terms[turned(behind).T.flatten()], "backward", torch.zeros_like(begin))
    of_next = losses_for(following.reshape(-1, size), p, targets)
    of_previous = losses_for(turned(before).reshape(-1, size), p, torch.where(targets < 0, -1, ids))
    return (of_next + of_previous) / 2, state


def elmo_forms(size=3, hidden=4, filtered=7):
    forms = {"characters": (259, 2)}
    for width, count in ((1, 2), (2, 3), (3, 2)):
        forms |= {f"filters.{width}.weight": (2 * width, count), f"filters.{width}.bias": (count,)}
    for part in ("highway.0", "highway.0.gate"):
        forms |= {f"{part}.weight": (filtered, filtered), f"{part}.bias": (filtered,)}
    forms |= {"projection.weight": (filtered, size), "projection.bias": (size,)}
    for layer in (f"{direction}.{n}" for direction in ("forward", "backward") for n in range(2)):
        forms |= {f"{layer}.input": (size, 4 * hidden), f"{layer}.recurrent": (size, 4 * hidden),
                  f"{layer}.bias": (4 * hidden,), f"{layer}.projection": (hidden, size)}
    return forms


def recurrent_forms(layers, inputs, hidden, gates):
    forms = {}
    for n in range(layers):
        forms[f"layer.{n}.input"] = (inputs if n == 0 else hidden, gates * hidden)
        forms[f"layer.{n}.recurrent"] = (hidden, gates * hidden)
        forms[f"layer.{n}.bias"] = (gates * hidden,)
    return forms


def out(inputs):
    return {"output.weight": (TERMS, inputs), "output.bias": (TERMS,)}


CLASSES = {"classes.weight": (3, 4), "classes.bias": (3,)}
V3, V4 = {"vectors": (TERMS, 3)}, {"vectors": (TERMS, 4)}
HIDDEN = {"hidden.weight": (9, 4), "hidden.bias": (4,)}
NETWORKS = {
    "nnlm": (nnlm, {}, V3 | HIDDEN | out(4)),
    "nnlm direct": (nnlm, {"direct": True, "rate": 0.5}, V3 | HIDDEN | out(13)),
    "rnnlm simple": (rnnlm, {"cell": "simple"}, V3 | recurrent_forms(1, 3, 4, 1) | out(4)),
    "rnnlm lstm": (rnnlm, {"layers": 2}, V3 | recurrent_forms(2, 3, 4, 4) | out(4)),
    "rnnlm dropout": (rnnlm, {"layers": 2, "rate": 0.5}, V3 | recurrent_forms(2, 3, 4, 4) | out(4)),
    "rnnlm tied": (rnnlm, {"tied": True}, V4 | recurrent_forms(1, 4, 4, 4) | {"output.bias": (TERMS,)}),
    "rnnlm classes": (rnnlm, {"output": classes}, V3 | recurrent_forms(1, 3, 4, 4) | CLASSES | out(4)),
    "elmo": (elmo, {}, elmo_forms() | out(3)),
    "elmo dropout": (elmo, {"rate": 0.2}, elmo_forms() | out(3)),
    "rnnlm sampled": (rnnlm, {"output": sampled}, V3 | recurrent_forms(1, 3, 4, 4) | out(4)),
    "gpt": (gpt, {}, gpt_forms()),
    "gpt dropout": (gpt, {"rate": 0.25}, gpt_forms()),
}


def network(function, options, forms):
    start = {name: numbers(shape, 10 + k) for k, (name, shape) in enumerate(forms.items())}
    p = {name: leaf(value) for name, value in start.items()}
    losses, state = function(p, 0, **options)
    (losses.sum() * SCALE).backward()
    return {
        "losses": flat(losses),
        "state": flat(state),
        "gradients": {name: flat(value.grad) for name, value in p.items()},
        "sgd": course(function, options, start, lambda p: torch.optim.SGD(p.values(), lr=0.5), clip=0.25),
        "adamW": course(function, options, start, adamw),
    }


def adamw(p):
    decayed = [value for value in p.values() if value.dim() > 1]
    others = [value for value in p.values() if value.dim() == 1]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0}]
    return torch.optim.AdamW(groups, lr=0.01, betas=(0.9, 0.99), eps=1e-8)


def course(function, options, start, optimiser_of, clip=None):
    """The sums of losses before each of five steps."""
    p = {name: leaf(value) for name, value in start.items()}
    optimiser = optimiser_of(p)
    sums = []
    for step in range(5):
        optimiser.zero_grad()
        losses, _ = function(p, step, **options)
        (losses.sum() * SCALE).backward()
        sums.append(losses.sum())
        norm = torch.sqrt(sum((value.grad ** 2).sum() for value in p.values()))
        if clip is not None and norm > clip:
            for value in p.values():
                value.grad *= clip / norm
        optimiser.step()
    return flat(torch.stack(sums))


def cross_entropy():
    x = leaf(8 * numbers((3, 5), 0))
    losses = torch.where(TARGETS < 0, 0, F.cross_entropy(x, TARGETS, ignore_index=-1, reduction="none"))
    (losses.sum() * 0.5).backward()
    return {"losses": flat(losses), "gradient": flat(x.grad)}


def flat(tensor):
    return [float(f"{value:.15g}") for value in tensor.detach().flatten().tolist()]


def lines(results):
    return "{\n" + ",\n".join(f"    {json.dumps(name)}: {json.dumps(result)}" for name, result in results.items()) + "\n  }"


print(f"""{{
  "torch": {json.dumps(torch.__version__)},
  "layers": {lines({name: layer(*case) for name, case in LAYERS.items()})},
  "crossEntropy": {json.dumps(cross_entropy())},
  "networks": {lines({name: network(*case) for name, case in NETWORKS.items()})}
}}""")
