"""Prints test/reference/classification.json: scikit-learn's precision, recall and F1 of 60 documents, and the calibration error by NumPy.
usage: python3 test/reference/classification.py > test/reference/classification.json"""
import json
import numpy as np
import sklearn
from sklearn.metrics import f1_score, precision_recall_fscore_support, top_k_accuracy_score

LABELS, DOCUMENTS, K, BINS = ["a", "b", "c", "猫"], 60, 2, 15

given = np.array([(n * n + n // 7) % 4 for n in range(DOCUMENTS)])
scores = np.array([[(7 * n + 5 * j * j + n * j) % 13 + 6 * (j == (n * 5) % 4) for j in range(4)] for n in range(DOCUMENTS)])
scores = scores / 5 - np.arange(4) / 100  # no two alike
probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
first = probabilities.argmax(axis=1)
precision, recall, f1, support = precision_recall_fscore_support(given, first, labels=range(4), zero_division=0)

top = probabilities.max(axis=1)
bins = np.minimum(BINS - 1, np.floor(top * BINS).astype(int))
error = sum(abs(top[bins == b].mean() - (given == first)[bins == b].mean()) * (bins == b).sum() for b in set(bins))

print(json.dumps({
    "sklearn": sklearn.__version__, "labels": LABELS, "k": K, "given": given.tolist(), "probabilities": probabilities.tolist(),
    "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(), "support": support.tolist(),
    "microF1": f1_score(given, first, average="micro"), "macroF1": f1_score(given, first, average="macro"),
    "recallAtK": top_k_accuracy_score(given, probabilities, k=K), "calibrationError": error / DOCUMENTS,
}, ensure_ascii=False))
