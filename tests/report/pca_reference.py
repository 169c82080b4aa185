"""Prints the numbers that tests/report/pca_test.cpp takes from NumPy: principal axes of the rows of
two arrays together, by the singular value decomposition of what is left without their mean."""
import numpy as np

np.set_printoptions(precision=6, suppress=True, linewidth=100)

before = np.array([[1.0, 2.0, -3.0, 0.5], [0.5, 0.5, 4.0, 1.0], [-2.0, 1.0, 0.25, 0.0],
                   [3.0, -1.0, 1.5, 2.0]])
after = np.array([[1.5, 2.5, -2.0, 0.0], [0.0, -0.5, 5.0, 1.0], [-3.0, 1.0, 0.5, -1.0]])

rows = np.concatenate([before, after])
mean = rows.mean(axis=0)
_, singular, axes = np.linalg.svd(rows - mean, full_matrices=False)
for axis in axes:
    axis *= np.sign(axis[np.argmax(np.abs(axis))])
variance = singular**2
print("mean", mean)
print("axes", axes[:2], sep="\n")
print("explained", variance[:2] / variance.sum())
print("coordinates of after", (after - mean) @ axes[:2].T, sep="\n")
