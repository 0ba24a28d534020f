"""What all peers share: the data, the protocol, the measures and orders, and the lines they print.

784-100-100-10, sigmoid, softmax cross-entropy + 1e-5 * sum of squared weights, Adam 0.001, batch 32, initial weights and
biases uniform on +-1/sqrt(fan_in): the defaults of gpu-importance. Only NumPy is needed here.
"""
import argparse
import gzip
import json
import pathlib
import struct
import time

import numpy as np

WIDTHS = (784, 100, 100, 10)
CLASSES = 10
BATCH = 32
LEARNING_RATE = 1e-3
L2 = 1e-5
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
MODES = ("zero", "mean")
SCOPES = ("layer1", "layer2", "network")


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", required=True, help="folder of MNIST's four IDX files, plain or .gz")
    parser.add_argument("--repeats", type=int, default=50)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--random-draws", type=int, default=15, help="random orders a scope; 15 make 42 curves a scope")
    parser.add_argument("--stride", type=int, default=1, help="neurons removed between two evaluations")
    parser.add_argument("--no-sweep", action="store_true", help="train only")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def read_idx(folder, name):
    """One IDX file as an array of bytes."""
    for suffix, opener in (("", open), (".gz", gzip.open)):
        path = pathlib.Path(folder, name + suffix)
        if path.exists():
            with opener(path, "rb") as file:
                data = file.read()
            dimensions = data[3]
            shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
            return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
    raise SystemExit(f"{folder}: no {name}, plain or .gz")


def read_data(folder):
    """(pixels, labels) of train, validation (the last sixth of the train file) and test; pixels [samples, features]."""
    pixels = read_idx(folder, "train-images-idx3-ubyte")
    labels = read_idx(folder, "train-labels-idx1-ubyte").astype(np.int64)
    pixels = pixels.reshape(len(pixels), -1)
    held_out = len(pixels) // 6
    test = read_idx(folder, "t10k-images-idx3-ubyte")
    test_labels = read_idx(folder, "t10k-labels-idx1-ubyte").astype(np.int64)
    return {
        "train": (pixels[:-held_out], labels[:-held_out]),
        "validation": (pixels[-held_out:], labels[-held_out:]),
        "test": (test.reshape(len(test), -1), test_labels),
    }


def initial_network(seed, repeat):
    """Per layer (weights [inputs, outputs], biases [outputs]), float32."""
    random = np.random.default_rng([seed, repeat])
    layers = []
    for inputs, outputs in zip(WIDTHS, WIDTHS[1:]):
        bound = 1 / np.sqrt(inputs)
        weights = random.uniform(-bound, bound, (inputs, outputs)).astype(np.float32)
        layers.append((weights, random.uniform(-bound, bound, outputs).astype(np.float32)))
    return layers


def stacked_networks(seed, repeats):
    """The networks of all repeats: per layer (weights [repeats, inputs, outputs], biases [repeats, outputs])."""
    networks = [initial_network(seed, repeat) for repeat in range(repeats)]
    return [tuple(np.stack(part) for part in zip(*layer)) for layer in zip(*networks)]


def unstacked_networks(layers, repeats):
    """The reverse: one list of layers for each repeat."""
    return [[(weights[repeat], biases[repeat]) for weights, biases in layers] for repeat in range(repeats)]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def hidden_activations(layers, pixels):
    """Activations of every hidden layer, [samples, units] each."""
    values = pixels.astype(np.float32) / np.float32(255)
    hidden = []
    for weights, biases in layers[:-1]:
        values = sigmoid(values @ weights + biases)
        hidden.append(values)
    return hidden


def tally(logits, labels):
    """Correct predictions and mean cross-entropy."""
    highest = logits.max(axis=1)
    loss = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1)) - logits[np.arange(len(labels)), labels]
    return int((logits.argmax(axis=1) == labels).sum()), float(loss.mean())


def accuracy_of(layers, pixels, labels):
    weights, biases = layers[-1]
    return tally(hidden_activations(layers, pixels)[-1] @ weights + biases, labels)[0] / len(labels)


def mean_accuracy(networks, test):
    return float(np.mean([accuracy_of(layers, *test) for layers in networks]))


def binary_divergence(q, p):
    """Bits; 0 log 0 = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(q > 0, q * np.log2(q / p), 0) + np.where(q < 1, (1 - q) * np.log2((1 - q) / (1 - p)), 0)
    return np.nan_to_num(terms)


def measures_of(activations, labels):
    """Entropy, mutual information and KL selectivity of the one-bit outputs [samples, units], in bits."""
    bits = activations > 0.5
    counts = np.array([(labels == c).sum() for c in range(CLASSES)])
    present = counts > 0
    q = np.array([bits[labels == c].mean(axis=0) for c in range(CLASSES) if present[c]])
    p = bits.mean(axis=0)
    divergences = binary_divergence(q, p)
    certain = np.stack([p, 1 - p])
    entropy = -np.where(certain > 0, certain * np.log2(np.where(certain > 0, certain, 1)), 0).sum(axis=0)
    information = (counts[present] / len(labels)) @ divergences
    return {"entropy": entropy, "mutual_information": information, "kl_selectivity": divergences.max(axis=0)}


def removal_orders(layers, pixels, labels, draws, seed):
    """Means of each hidden layer; per scope the orders: neurons by number, those of layer 2 behind those of layer 1."""
    hidden = hidden_activations(layers, pixels)
    values = [measures_of(activations, labels) for activations in hidden]
    width = WIDTHS[1]
    orders = {}
    for number, scope in enumerate(SCOPES):
        parts = range(2) if scope == "network" else [number]
        numbers = np.concatenate([np.arange(width) + width * part for part in parts])
        scope_orders = []
        for name in values[0]:
            column = np.concatenate([values[part][name] for part in parts])
            scope_orders.append(numbers[np.argsort(column, kind="stable")])
            scope_orders.append(numbers[np.argsort(-column, kind="stable")])
        random = np.random.default_rng([seed, number])
        scope_orders.extend(random.permutation(numbers) for _ in range(draws))
        orders[scope] = np.array(scope_orders)
    return [activations.mean(axis=0) for activations in hidden], orders


class Stage:
    """Times a stage and prints its line."""

    def __init__(self, peer, name):
        self.peer, self.name = peer, name
        self.start = time.perf_counter()

    def end(self, samples, accuracy=None):
        """samples: those that went through a network, all networks together; accuracy: what tells it, not timed."""
        seconds = time.perf_counter() - self.start
        line = {"peer": self.peer, "stage": self.name, "seconds": seconds, "samplesPerSecond": samples / seconds}
        print(json.dumps({**line, "accuracy": accuracy and accuracy()}), flush=True)
