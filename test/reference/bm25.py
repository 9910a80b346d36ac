"""Prints test/reference/bm25.json: scores of 12 documents for three queries by plain Python, formula by formula as kernels/search/bm25.ts states them.
usage: python3 test/reference/bm25.py > test/reference/bm25.json"""
import json
from math import log, sqrt

WORDS = ["a", "b", "c", "d", "e", "猫", "狗"]
DOCUMENTS = [[WORDS[(n * i + i * i + n) % (2 + n % 6)] for i in range((7 * n) % 11)] for n in range(12)]
QUERIES = [["a", "c"], ["猫", "b", "b", "unknown"], ["d", "e", "狗", "a"]]
K1, B, DELTAS = 1.5, 0.6, {"bm25l": 0.5, "bm25plus": 1}

N = len(DOCUMENTS)
AVGDL = sum(map(len, DOCUMENTS)) / N
df = {w: sum(w in d for d in DOCUMENTS) for w in WORDS}

IDF = {
    "lucene": lambda f: log(1 + (N - f + 0.5) / (f + 0.5)),
    "robertson": lambda f: log((N - f + 0.5) / (f + 0.5)),
    "atire": lambda f: log(N / f),
    "bm25l": lambda f: log((N + 1) / (f + 0.5)),
    "bm25plus": lambda f: log((N + 1) / f),
}


def bm25(variant, query, document):
    norm = 1 - B + B * len(document) / AVGDL
    total = 0
    for term in query:
        n = document.count(term)
        if n == 0:
            continue
        if variant == "lucene":
            part = n / (n + K1 * norm)
        elif variant == "bm25l":
            c = n / norm + DELTAS[variant]
            part = (K1 + 1) * c / (K1 + c)
        else:
            part = DELTAS.get(variant, 0) + n * (K1 + 1) / (n + K1 * norm)
        total += IDF[variant](df[term]) * part
    return total


def cosine(query, document, sublinear):
    def weights(tokens):
        tf = (lambda n: 1 + log(n)) if sublinear else (lambda n: n)
        return {w: tf(tokens.count(w)) * (log((1 + N) / (1 + df[w])) + 1) for w in set(tokens) if df.get(w)}
    q, d = weights(query), weights(document)
    dot = sum(q[w] * d.get(w, 0) for w in q)
    return dot / sqrt(sum(x * x for x in q.values())) / sqrt(sum(x * x for x in d.values())) if dot else 0


scores = {v: [[bm25(v, q, d) for d in DOCUMENTS] for q in QUERIES] for v in IDF}
scores["sklearn"] = [[cosine(q, d, False) for d in DOCUMENTS] for q in QUERIES]
scores["sublinear"] = [[cosine(q, d, True) for d in DOCUMENTS] for q in QUERIES]
print(json.dumps({"k1": K1, "b": B, "documents": DOCUMENTS, "queries": QUERIES, "scores": scores}, ensure_ascii=False))
