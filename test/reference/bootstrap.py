"""Prints test/reference/bootstrap.json: paired bootstrap intervals by SciPy's spearmanr and NumPy's percentile.
usage: python3 test/reference/bootstrap.py > test/reference/bootstrap.json
Only the draws follow kernels/numbers/random.ts, so that the intervals must agree to rounding."""
import json
import numpy as np
import scipy
from scipy.stats import spearmanr

ITEMS, DRAWS, SEED = 40, 2000, 7


def mix32(value):
    h = np.uint32(value)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x21F0AAAD)
    h = (h ^ (h >> np.uint32(15))) * np.uint32(0x735A2D97)
    return h ^ (h >> np.uint32(15))


def draws(seed, purpose, count, bound):
    with np.errstate(over="ignore"):
        key = mix32(mix32(seed) ^ np.uint32(0))
        for letter in purpose:
            key = mix32(key ^ np.uint32(ord(letter)))
        key0 = mix32(key ^ np.uint32(0))
        key1 = mix32(key0 ^ np.uint32(0x9E3779B9))
        index = np.arange(count, dtype=np.uint32)
        drawn = mix32(mix32(index ^ key0) ^ mix32(key1))
    return np.floor(drawn / 2.0**32 * bound).astype(int)


def summary(score, scores):
    low, high = np.percentile(scores, [2.5, 97.5])
    return {"score": float(score), "low": float(low), "high": float(high)}


def paired(a, b, score):
    rows = draws(SEED, "bootstrap", ITEMS * DRAWS, ITEMS).reshape(DRAWS, ITEMS)
    of_a = np.array([score(a, row) for row in rows])
    of_b = np.array([score(b, row) for row in rows])
    whole = np.arange(ITEMS)
    return {
        "a": summary(score(a, whole), of_a),
        "b": summary(score(b, whole), of_b),
        "difference": summary(score(b, whole) - score(a, whole), of_b - of_a),
    }


random = np.random.default_rng(1)
people = np.round(random.uniform(0, 10, ITEMS))  # with ties
a = np.round(people / 10 + random.normal(0, 0.4, ITEMS), 2)
b = np.round(people / 10 + random.normal(0, 0.2, ITEMS), 2)
right_a = random.uniform(size=ITEMS) < 0.4
right_b = random.uniform(size=ITEMS) < 0.6
made = {
    "made": f"test/reference/bootstrap.py, SciPy {scipy.__version__}, NumPy {np.__version__}",
    "seed": SEED,
    "draws": DRAWS,
    "people": people.tolist(),
    "cosines": {"a": a.tolist(), "b": b.tolist()},
    "spearman": paired(a, b, lambda cosines, rows: spearmanr(cosines[rows], people[rows]).statistic),
    "right": {"a": right_a.tolist(), "b": right_b.tolist()},
    "share": paired(right_a, right_b, lambda right, rows: right[rows].mean()),
}
print("{\n" + ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in made.items()) + "\n}")
