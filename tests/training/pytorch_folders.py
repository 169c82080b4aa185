#!/usr/bin/env python3
"""Writes pytorch_folders.json: model folders made in PyTorch (1.13), and the logits it gives."""

import json
import os
import tempfile

import torch

import models_page
import safetensors_format

WORDS = ["<pad>", "<unk>", "good", "bad", "ünlü", "film"]
TEXTS = ["good film", "bad", "a good good bad film ünlü", "what is this"]
MODELS = {"bag": {}, "mean": {"hidden": 4}, "cnn": {"filter_widths": [1, 3], "filters": 2},
          "bag, float16": {}, "mean, bfloat16": {"hidden": 4},
          "cnn, float64": {"filter_widths": [2], "filters": 3}}


def folder(name, model):
    kind, _, dtype = name.partition(", ")
    torch.manual_seed(len(name))
    model = dict(kind=kind, vocabulary_size=len(WORDS), embedding_dim=3, classes=2, dropout=0.1,
                 **model)
    net = models_page.networks[kind.capitalize()](model).eval().to(getattr(torch, dtype or "float"))
    ids = [[WORDS.index(word) if word in WORDS else 1 for word in text.split()] for text in TEXTS]
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "model.safetensors")
        safetensors_format.save_file(net.state_dict(), path)
        tensors = open(path, "rb").read().hex()
    logits = [net.double()(torch.tensor([each])).tolist()[0] for each in ids]
    config = {"format_version": 3, "model": model, "labels": ["bad", "good"],
              "tokenizer": {"version": 1, "lowercase": True, "whitespace_only": False}}
    return {"config": config, "words": WORDS, "model.safetensors": tensors, "texts": TEXTS,
            "logits": logits}


here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "pytorch_folders.json"), "w", encoding="utf-8") as file:
    folders = {name: folder(name, model) for name, model in MODELS.items()}
    json.dump(folders, file, ensure_ascii=False, indent=1)
    file.write("\n")
