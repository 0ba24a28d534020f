"""Loads the results of a run in pandas, evaluates its networks in PyTorch, and compares what both say.

    pip install pandas safetensors torch
    python check_results.py RESULTS DATA

RESULTS is a folder that `gpu-importance run` wrote for the IDX files in DATA (60,000 + 10,000 images, the last sixth of the
training file being the validation set). Compared: every accuracy of curves.csv with nothing removed, one with half of the
neurons removed, and the mean activation and the ones of every neuron of neurons.csv.
"""
import gzip
import sys
from pathlib import Path

import numpy
import pandas
import torch
from safetensors import safe_open

from network_inputs import network_inputs

ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
THRESHOLDS = {"sigmoid": 0.5, "tanh": 0.0, "relu": 0.0}
# Samples whose highest logits, or activations whose bits, lie within float32 rounding of each other.
DOUBTFUL = 3
MEAN_TOLERANCE = 1e-5


def idx(folder, name, offset):
    path = folder / name
    data = gzip.open(f"{path}.gz").read() if Path(f"{path}.gz").exists() else path.read_bytes()
    return numpy.frombuffer(data, numpy.uint8, offset=offset)


def read_split(folder, prefix, metadata):
    labels = idx(folder, f"{prefix}-labels-idx1-ubyte", 8)
    pixels = idx(folder, f"{prefix}-images-idx3-ubyte", 16).reshape(len(labels), -1)
    return torch.tensor(network_inputs(metadata, pixels)), torch.tensor(labels.astype(numpy.int64))


def read_network(path):
    with safe_open(path, framework="pt") as file:
        count = len(file.keys()) // 2
        layers = [(file.get_tensor(f"layers.{n}.weight"), file.get_tensor(f"layers.{n}.bias")) for n in range(count)]
        return layers, file.metadata()["activation"], file.metadata()


def forward(network, rows, zeroed=()):
    """Activations of the hidden layers, then logits; `zeroed` holds (layer from 1, neuron) whose outputs become 0."""
    layers, activation, _ = network
    outputs = []
    for number, (weight, bias) in enumerate(layers, 1):
        rows = torch.nn.functional.linear(rows, weight, bias)
        if number < len(layers):
            rows = ACTIVATIONS[activation](rows)
            for layer, neuron in zeroed:
                if layer == number:
                    rows[:, neuron] = 0
        outputs.append(rows)
    return outputs


def expect(name, found, wanted, tolerance):
    print(f"{name}: {found} here, {wanted} in the results")
    if abs(found - wanted) > tolerance:
        sys.exit(f"{name} does not agree")


def check_repeat(repeat, network, curves, orders, neurons, validation, test):
    intact = curves[(curves.repeat == repeat) & (curves.removed == 0)]
    correct = int((forward(network, test[0])[-1].argmax(1) == test[1]).sum())
    for wanted in intact.correct.unique():
        expect(f"repeat {repeat}, right of {len(test[1])}", correct, int(wanted), DOUBTFUL)
    keys = {"repeat": repeat, "scope": "layer1", "measure": "mutual_information", "direction": "low", "draw": 0}
    chosen = lambda table: table[numpy.logical_and.reduce([table[key] == value for key, value in keys.items()])]
    curve = chosen(curves)[lambda rows: rows["mode"] == "zero"]
    half = curve.iloc[len(curve) // 2]
    gone = chosen(orders).sort_values("position").head(int(half.removed))
    logits = forward(network, test[0], list(zip(gone.layer, gone.neuron)))[-1]
    name = f"repeat {repeat}, right with {half.removed} neurons of layer 1 at zero"
    expect(name, int((logits.argmax(1) == test[1]).sum()), int(half.correct), DOUBTFUL)
    hidden = torch.cat(forward(network, validation[0])[:-1], dim=1)
    own = neurons[neurons.repeat == repeat].sort_values(["layer", "neuron"])
    means = numpy.abs(hidden.double().mean(0).numpy() - own.mean_activation.to_numpy()).max()
    expect(f"repeat {repeat}, largest difference of a mean activation", float(means), 0.0, MEAN_TOLERANCE)
    ones = (hidden > THRESHOLDS[network[1]]).sum(0).numpy()
    expect(f"repeat {repeat}, largest difference of ones", int(numpy.abs(ones - own.ones.to_numpy()).max()), 0, DOUBTFUL)


def main():
    results, data = Path(sys.argv[1]), Path(sys.argv[2])
    curves, orders, neurons = (pandas.read_csv(results / f"{name}.csv") for name in ("curves", "orders", "neurons"))
    for repeat in sorted(neurons.repeat.unique()):
        network = read_network(results / "models" / f"repeat-{repeat:03}.safetensors")
        inputs, labels = read_split(data, "train", network[2])
        first = len(labels) - len(labels) // 6
        validation, test = (inputs[first:], labels[first:]), read_split(data, "t10k", network[2])
        check_repeat(repeat, network, curves, orders, neurons, validation, test)


if __name__ == "__main__":
    main()
