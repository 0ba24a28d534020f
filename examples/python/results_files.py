"""Reads what the checks of results need: networks in safetensors, and IDX files. NumPy alone, in float64."""
import gzip
from pathlib import Path

import numpy
from safetensors import safe_open

from network_inputs import network_inputs

ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + numpy.exp(-z)),
    "tanh": numpy.tanh,
    "relu": lambda z: numpy.maximum(z, 0),
}


def read_network(path):
    """(layers of (weight [outputs, inputs], bias [outputs]), activation, metadata)."""
    with safe_open(path, framework="numpy") as file:
        count = len(file.keys()) // 2
        arrays = [[file.get_tensor(f"layers.{n}.{part}").astype(float) for part in ("weight", "bias")] for n in range(count)]
        metadata = file.metadata()
        return [tuple(layer) for layer in arrays], metadata["activation"], metadata


def idx(folder, name, offset):
    path = Path(folder) / name
    data = gzip.open(f"{path}.gz").read() if Path(f"{path}.gz").exists() else path.read_bytes()
    return numpy.frombuffer(data, numpy.uint8, offset=offset)


def read_split(folder, prefix, metadata):
    """Inputs [samples, features] as the network of this metadata takes them, and labels [samples]; `prefix` is train or t10k."""
    labels = idx(folder, f"{prefix}-labels-idx1-ubyte", 8).astype(int)
    pixels = idx(folder, f"{prefix}-images-idx3-ubyte", 16).reshape(len(labels), -1)
    return network_inputs(metadata, pixels).astype(float), labels
