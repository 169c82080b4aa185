"""The Python on the page docs/models.md, to be run."""

import os
import re
import sys
import types

import torch
from torch import nn

import safetensors_format

# What the page imports is not on Debian; ours has functions of the same names.
sys.modules["safetensors"] = types.ModuleType("safetensors")
sys.modules["safetensors.torch"] = safetensors_format

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/models.md")


def block(name):
    """The code behind the mark <!-- name -->."""
    with open(PAGE, encoding="utf-8") as page:
        return re.search(rf"<!-- {name} -->\n```python\n(.*?)```", page.read(), re.S).group(1)


networks = {"torch": torch, "nn": nn}
exec(block("networks") + block("weights"), networks)


def probabilities(folder, text):
    """Those of a text, by the page alone."""
    space = dict(networks, folder=folder, text=text)
    exec(block("loading"), space)
    return space["probabilities"]
