#!/usr/bin/python3
"""Writes cases.json: the inputs of every case and what PyTorch (1.13.1) makes of them."""
import os
import sys
import warnings
from pathlib import Path

# The same kernels on every machine, so that the file is the same to the byte.
os.environ.update(ATEN_CPU_CAPABILITY="default", OPENBLAS_CORETYPE="Nehalem", OMP_NUM_THREADS="1")
sys.dont_write_bytecode = True

import torch  # noqa: E402

import suite  # noqa: E402

warnings.simplefilter("ignore")  # of what the cases provoke on purpose
here = Path(__file__).parent
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.manual_seed(0)
for entries in sorted((here / "cases").glob("*.py")):
    __import__(f"cases.{entries.stem}")
suite.write(here / "cases.json")
print(f"{len(suite.CASES)} cases of {len(suite.OPERATIONS)} operations")
