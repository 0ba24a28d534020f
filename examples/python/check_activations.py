"""Compares every activation of every test sample with PyTorch, and the logits of ONNX Runtime with PyTorch's.

    pip install numpy onnxruntime safetensors torch
    node examples/library/activations.mjs NETWORK.safetensors DATA FOLDER
    python check_activations.py NETWORK.safetensors DATA FOLDER [NETWORK.onnx]

Bound of a difference: 4 sqrt(terms + 1) 2^-23 times the sum of the terms' magnitudes for each of the two float32 results,
carried through the layers, plus a few units in the last place for the activation function.
"""
import sys
from pathlib import Path

import numpy
import onnxruntime
import torch

from results_files import read_network, read_split

ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
SLOPES = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}
ULP = 2.0**-23
# Of the largest logit: float32 sums of a few hundred products, in another order.
LOGIT_TOLERANCE = 1e-5


def main():
    model, data, folder = map(Path, sys.argv[1:4])
    layers, activation, metadata = read_network(model)
    inputs, _ = read_split(data, "t10k", metadata)
    rows, bounds = torch.tensor(inputs, dtype=torch.float32), 2 * ULP * numpy.abs(inputs)
    for number, (weight, bias) in enumerate(layers[:-1], 1):
        size = numpy.abs(rows.double().numpy()) @ numpy.abs(weight).T + numpy.abs(bias)
        bounds = bounds @ numpy.abs(weight).T + 4 * numpy.sqrt(weight.shape[1] + 1) * ULP * size
        bounds = SLOPES[activation] * bounds + (0 if activation == "relu" else 16 * ULP)
        linear = torch.nn.functional.linear(rows, torch.tensor(weight).float(), torch.tensor(bias).float())
        rows = ACTIVATIONS[activation](linear)
        ours = numpy.fromfile(folder / f"layer{number}.f32", "<f4").reshape(weight.shape[0], len(inputs)).T
        difference = numpy.abs(ours - rows.double().numpy())
        share = float((difference / (2 * bounds)).max())
        print(f"layer {number}: {difference.size} activations differ by at most {difference.max():.1e}, {share:.3f} of the bound")
        if not share <= 1:
            sys.exit(f"layer {number} does not agree with PyTorch")
    if len(sys.argv) > 4:
        weight, bias = (torch.tensor(part).float() for part in layers[-1])
        logits = torch.nn.functional.linear(rows, weight, bias).numpy()
        session = onnxruntime.InferenceSession(sys.argv[4], providers=["CPUExecutionProvider"])
        # The model itself does with values what the network wants done.
        values, _ = read_split(data, "t10k", {})
        found = session.run(["logits"], {"input": values.astype(numpy.float32)})[0]
        share = float(numpy.abs(found - logits).max() / numpy.abs(logits).max())
        same = int((found.argmax(1) == logits.argmax(1)).sum())
        print(f"ONNX Runtime: {same} of {len(inputs)} classes as in PyTorch, logits differ by {share:.1e} of the largest")
        if not share <= LOGIT_TOLERANCE:
            sys.exit("ONNX Runtime does not agree with PyTorch")


if __name__ == "__main__":
    main()
