"""Reads one network in all the formats that gpu-importance writes, with the tools others use, and compares them.

    pip install numpy onnxruntime safetensors torch
    python check_exports.py FOLDER NAME

FOLDER holds NAME.safetensors, NAME.npz and NAME.onnx of the same network. The logits of 1,000 random inputs must be equal
within 1e-5 of the largest, and the class of the highest logit in every one of them.
"""
import sys
from pathlib import Path

import numpy
import onnxruntime
import torch
from safetensors import safe_open

from network_inputs import network_inputs

ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
# Of the largest logit: float32 sums of a few hundred products, in another order.
TOLERANCE = 1e-5


def forward(layers, activation, metadata, values):
    """Logits of a list of (weight [outputs, inputs], bias [outputs]), from values as data hold them."""
    rows = torch.tensor(network_inputs(metadata, values))
    for weight, bias in layers[:-1]:
        rows = ACTIVATIONS[activation](torch.nn.functional.linear(rows, weight, bias))
    return torch.nn.functional.linear(rows, *layers[-1]).numpy()


def from_safetensors(path):
    with safe_open(path, framework="pt") as file:
        count = len(file.keys()) // 2
        layers = [(file.get_tensor(f"layers.{n}.weight"), file.get_tensor(f"layers.{n}.bias")) for n in range(count)]
        return layers, file.metadata()["activation"], file.metadata()


def from_npz(path):
    arrays = numpy.load(path)
    assert str(arrays["weights_layout"]) == "out-in"
    count = sum(name.startswith("W") for name in arrays)
    layers = [tuple(torch.tensor(arrays[f"{part}{n}"]) for part in "Wb") for n in range(1, count + 1)]
    return layers, str(arrays["activation"]), arrays


def main():
    base = Path(sys.argv[1]) / sys.argv[2]
    layers, activation, metadata = from_safetensors(f"{base}.safetensors")
    inputs = numpy.random.default_rng(0).random((1000, layers[0][0].shape[1]), dtype=numpy.float32)
    wanted = forward(layers, activation, metadata, inputs)
    session = onnxruntime.InferenceSession(f"{base}.onnx", providers=["CPUExecutionProvider"])
    found = {
        "NumPy": forward(*from_npz(f"{base}.npz"), inputs),
        "ONNX Runtime": session.run(["logits"], {"input": inputs})[0],
    }
    for name, logits in found.items():
        difference = float(numpy.abs(logits - wanted).max() / numpy.abs(wanted).max())
        same = int((logits.argmax(1) == wanted.argmax(1)).sum())
        print(f"{name}: {same} of {len(inputs)} classes as in PyTorch, logits differ by {difference:.1e} of the largest")
        if difference > TOLERANCE or same < len(inputs):
            sys.exit(f"{name} does not agree with PyTorch")


if __name__ == "__main__":
    main()
