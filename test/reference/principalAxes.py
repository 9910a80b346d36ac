# Writes principalAxes.json: mean, first two principal axes and variances of some rows, by numpy (numpy.linalg.eigh of the covariance).
import json
import numpy as np

rows = np.array([[((7 * n * n + 5 * n * d + 3 * d) % 11) * (4 - d) for d in range(4)] for n in range(9)], dtype=float)
mean = rows.mean(axis=0)
variances, axes = np.linalg.eigh(np.cov(rows.T, bias=True))
axes, variances = axes.T[::-1][:2], variances[::-1][:2]
axes = [axis if axis[np.abs(axis).argmax()] > 0 else -axis for axis in axes]
points = (rows - mean) @ np.array(axes).T
print(json.dumps({
    "numpy": np.__version__, "rows": rows.tolist(), "mean": mean.tolist(), "axes": [axis.tolist() for axis in axes],
    "variances": variances.tolist(), "points": points.tolist(),
}))
