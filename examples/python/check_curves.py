"""Recomputes every point of curves.csv and single.csv in float64, sharing no code with gpu-importance.

    pip install numpy pandas safetensors
    python check_curves.py RESULTS DATA

RESULTS is a folder that `gpu-importance analyze` or `run` wrote for the IDX files in DATA. Every point is a forward pass over
all test samples in which the removed neurons' outputs are zeros or the means of neurons.csv. Counts of correct samples must
be equal; where one is not, no more samples may account for it than have two highest logits that lie within the bound of
float32 rounding: 4 sqrt(terms + 1) 2^-23 times the sum of the terms' magnitudes, carried through all layers.
"""
import sys
from pathlib import Path

import numpy
import pandas

from results_files import ACTIVATIONS, read_network, read_split

ORDER = ["repeat", "scope", "measure", "direction", "draw"]
ULP = 2.0**-23
# The steepest slope of each activation.
SLOPES = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}
LOSS_TOLERANCE = 1e-4


def first_layer(network, inputs):
    """Outputs of the first hidden layer, [samples, neurons]: the same at every point, before neurons are removed."""
    (weight, bias), activation = network[0][0], network[1]
    return ACTIVATIONS[activation](inputs @ weight.T + bias)


def masked_logits(network, first, replaced):
    """`replaced` holds for each hidden layer the indices of removed neurons and what their outputs become."""
    layers, activation, _ = network
    rows = first
    for number, (weight, bias) in enumerate(layers[1:]):
        neurons, constants = replaced[number]
        rows = rows.copy()
        rows[:, neurons] = constants
        rows = rows @ weight.T + bias
        if number + 2 < len(layers):
            rows = ACTIVATIONS[activation](rows)
    return rows


def undecided(network, inputs, replaced):
    """Samples whose two highest logits lie closer than float32 rounding may move them."""
    layers, activation, _ = network
    rows, bounds = inputs, 2 * ULP * numpy.abs(inputs)
    for number, (weight, bias) in enumerate(layers):
        terms = numpy.abs(rows)
        extra = 0
        if number > 0:
            neurons, constants = replaced[number - 1]
            # The device may take a removed neuron's term away from the intact sum.
            terms[:, neurons] = terms[:, neurons] * 2 + numpy.abs(constants)
            rows[:, neurons], bounds[:, neurons] = constants, 0
            extra = len(neurons)
        size = terms @ numpy.abs(weight).T + numpy.abs(bias)
        bounds = bounds @ numpy.abs(weight).T + 4 * numpy.sqrt(len(weight[0]) + extra + 1) * ULP * size
        rows = rows @ weight.T + bias
        if number + 1 < len(layers):
            rows = ACTIVATIONS[activation](rows)
            # WGSL's exp, division and sums: a few units in the last place of a value of at most 1.
            bounds = SLOPES[activation] * bounds + (0 if activation == "relu" else 16 * ULP)
    second, highest = numpy.sort(rows, axis=1)[:, -2:].T
    return int((highest - second <= 2 * bounds.max(axis=1)).sum())


def cross_entropy(logits, labels):
    highest = logits.max(axis=1)
    total = numpy.exp(logits - highest[:, None]).sum(axis=1)
    return float((numpy.log(total) + highest - logits[numpy.arange(len(labels)), labels]).mean())


class Points:
    """Compares points of one network and remembers what was seen."""

    def __init__(self, network, means, test):
        self.network, self.means, (self.inputs, self.labels) = network, means, test
        self.first = first_layer(network, self.inputs)
        self.points = self.equal = self.largest = 0
        self.loss = 0.0

    def compare(self, name, removed, mode, row):
        replaced = []
        for layer in range(1, len(self.network[0])):
            neurons = removed.neuron[removed.layer == layer].to_numpy()
            replaced.append((neurons, self.means[layer][neurons] if mode == "mean" else numpy.zeros(len(neurons))))
        logits = masked_logits(self.network, self.first, replaced)
        right = logits.argmax(axis=1) == self.labels
        correct, loss = int(right.sum()), cross_entropy(logits, self.labels)
        difference = abs(correct - row.correct)
        self.points += 1
        self.equal += difference == 0
        self.largest = max(self.largest, difference)
        self.loss = max(self.loss, abs(row.loss / loss - 1))
        if difference > 0 and difference > undecided(self.network, self.inputs.copy(), replaced):
            sys.exit(f"{name}: {row.correct} correct in the file, {correct} here, which rounding does not explain")
        if not abs(row.loss / loss - 1) <= LOSS_TOLERANCE:
            sys.exit(f"{name}: loss {row.loss} in the file, {loss} here")
        return numpy.bincount(self.labels[right], minlength=logits.shape[1])


def main():
    results, data = Path(sys.argv[1]), Path(sys.argv[2])
    tables = {name: pandas.read_csv(results / f"{name}.csv") for name in ("curves", "orders", "neurons", "single")}
    for repeat, neurons in tables["neurons"].groupby("repeat"):
        network = read_network(results / "models" / f"repeat-{repeat:03}.safetensors")
        inputs, labels = read_split(data, "t10k", network[2])
        # A mean is the float32 that its text stands for.
        means = {layer: rows.mean_activation.to_numpy(numpy.float32).astype(float) for layer, rows in neurons.groupby("layer")}
        orders = {key: rows.sort_values("position") for key, rows in tables["orders"].groupby(ORDER)}
        curves = Points(network, means, (inputs, labels))
        for key, rows in tables["curves"][tables["curves"].repeat == repeat].groupby([*ORDER, "mode"]):
            for row in rows.itertuples():
                curves.compare(f"{key}, {row.removed} removed", orders[key[:-1]].head(row.removed), key[-1], row)
        single = Points(network, means, (inputs, labels))
        own = tables["single"][tables["single"].repeat == repeat]
        classes = [name for name in own.columns if name.startswith("correct_class_")]
        for index, row in zip(own.index, own.itertuples()):
            name = f"layer {row.layer}, neuron {row.neuron} alone, {row.mode}"
            per_class = single.compare(name, own.loc[[index], ["layer", "neuron"]], row.mode, row)
            if (per_class == own.loc[index, classes].to_numpy(int)).all() or per_class.sum() != row.correct:
                continue
            sys.exit(f"{name}: the classes' counts are not those of the file")
        for name, found in (("curves.csv", curves), ("single.csv", single)):
            print(f"repeat {repeat}, {name}: {found.equal} of {found.points} points equal in {len(labels)} samples,")
            print(f"    counts differ by at most {found.largest}, losses by at most {found.loss:.1e} of themselves")


if __name__ == "__main__":
    main()
