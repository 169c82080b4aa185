"""Reads and writes safetensors files with PyTorch's tensors, from the specification
(https://github.com/huggingface/safetensors, "Format") and nothing else: Debian has no package of
it. The functions are named as those of safetensors.torch."""

import json
import struct

import torch

TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
         "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8,
         "U8": torch.uint8, "BOOL": torch.bool}


def load_file(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length).decode("utf-8"))
        data = file.read()
    header.pop("__metadata__", None)
    tensors, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, dtype = end, TYPES[entry["dtype"]]
        assert entry["data_offsets"][0] == begin, f"{name} leaves a gap or overlaps"
        end = entry["data_offsets"][1]
        numbers = (torch.frombuffer(bytearray(data[begin:end]), dtype=dtype) if end > begin
                   else torch.empty(0, dtype=dtype))
        tensors[name] = numbers.reshape(entry["shape"])
    assert end == len(data), "the data is longer than the tensors"
    return tensors


def save_file(tensors, path):
    header, data = {}, b""
    names = {
dtype: name for name, dtype in TYPES.items()}
    for name, tensor in tensors.items():
        numbers = tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(numbers)]}
        data += numbers
    text = json.dumps(header).encode("utf-8")
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
