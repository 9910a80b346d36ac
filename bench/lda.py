"""Peers of bench/lda.ts: fits gensim's LdaModel, scikit-learn's LatentDirichletAllocation or its NMF under the Kullback-Leibler divergence on a
matrix, and tells what that took.

    python3 lda.py gensim|sklearn|nmf MATRIX TOPICS EPOCHS BATCH OUT

MATRIX.offsets, MATRIX.terms, MATRIX.counts are arrays of uint32. Writes to OUT the weights, float32, a row a topic, and prints JSON:
seconds and processor seconds of the fit alone, imports and reading left out.
"""
import json
import resource
import sys
import time

import numpy as np

program, matrix, topics, epochs, batch, out = sys.argv[1:7]
topics, epochs, batch = int(topics), int(epochs), int(batch)
offsets, terms, counts = (np.fromfile(f"{matrix}.{part}", dtype=np.uint32) for part in ("offsets", "terms", "counts"))
documents, size = len(offsets) - 1, int(terms.max()) + 1

if program == "gensim":
    import gensim
    from gensim.models import LdaModel

    version = gensim.__version__
    corpus = [
        list(zip(terms[a:b].tolist(), counts[a:b].tolist())) for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist())
    ]
    words = {i: str(i) for i in range(size)}

    def fit():
        model = LdaModel(corpus, id2word=words, num_topics=topics, passes=epochs, chunksize=batch, decay=0.7, offset=10,
                         iterations=50, gamma_threshold=1e-3, eval_every=None, random_state=1)
        return model.get_lambda() if hasattr(model, "get_lambda") else model.state.get_lambda()
elif program == "nmf":
    import sklearn
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import non_negative_factorization

    version = sklearn.__version__
    corpus = csr_matrix((counts.astype(np.float32), terms.astype(np.int64), offsets.astype(np.int64)), shape=(documents, size))

    def fit():
        draw = np.random.RandomState(1)
        start = [np.ones((documents, topics), np.float32), draw.uniform(0.5, 1.5, (topics, size)).astype(np.float32)]  # as plsa's
        return non_negative_factorization(corpus, *start, n_components=topics, init="custom", beta_loss="kullback-leibler", solver="mu",
                                          max_iter=epochs, tol=0)[1]
else:
    import sklearn
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import LatentDirichletAllocation

    version = sklearn.__version__
    corpus = csr_matrix((counts.astype(np.float64), terms.astype(np.int64), offsets.astype(np.int64)), shape=(documents, size))

    def fit():
        model = LatentDirichletAllocation(topics, learning_method="online", max_iter=epochs, batch_size=batch, learning_decay=0.7,
                                          learning_offset=10, max_doc_update_iter=50, mean_change_tol=1e-3, n_jobs=1,
                                          random_state=1, evaluate_every=-1)
        model.fit(corpus)
        return model.components_

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
seconds, processor = time.perf_counter(), time.process_time()
weights = fit()
seconds, processor = time.perf_counter() - seconds, time.process_time() - processor
np.ascontiguousarray(weights, dtype=np.float32).tofile(out)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"version": version, "seconds": seconds, "processorSeconds": processor, "megabytes": (peak - before) / 1024}))
