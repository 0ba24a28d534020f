"""What captum_importance.py and torch_pruning_importance.py share: what they are given, and the lines they print."""
import argparse
import json
import time

import numpy as np
import torch
from safetensors import safe_open

import importance_definitions as definitions
import protocol

MODULES = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}


def read_network(path):
    """(layers of (weights [outputs, inputs], biases [outputs]) in float64, activation) of a network of dense layers."""
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        count = len(file.keys()) // 2
        layers = [tuple(file.get_tensor(f"layers.{n}.{part}").astype(float) for part in ("weight", "bias")) for n in range(count)]
    if metadata.get("inputs") != "byte / 255" or metadata["activation"] not in MODULES:
        raise SystemExit(f"{path}: expected inputs byte / 255 and one of {', '.join(MODULES)}, found {metadata}")
    return layers, metadata["activation"]


def model_of(network, dtype=torch.float32):
    """An nn.Sequential with a module of its own for each activation, as Captum's hooks need it."""
    layers, activation = network
    modules = []
    for weights, biases in layers:
        linear = torch.nn.Linear(weights.shape[1], weights.shape[0], dtype=dtype)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights))
            linear.bias.copy_(torch.from_numpy(biases))
        modules += [linear, MODULES[activation]()]
    return torch.nn.Sequential(*modules[:-1])


class Comparison:
    """The network, its data and our values, and the lines in which a peer's stand beside them."""

    def __init__(self, peer, description):
        options = self._options(description)
        torch.set_num_threads(options.threads)
        self.peer, self.runs, self.threads, self.times = peer, options.runs, options.threads, options.times
        self.network = read_network(options.network)
        self.hidden_layers = len(self.network[0]) - 1
        data = protocol.read_data(options.data)
        self.validation, self.test = (self._split(*data[name]) for name in ("validation", "test"))
        with open(options.ours) as file:
            lines = [json.loads(line) for line in file if line.startswith("{")]
        self.ours = next(line["values"] for line in lines if line["kind"] == "values")
        self.curves = next(line["curves"] for line in lines if line["kind"] == "curves")

    @staticmethod
    def _options(description):
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--network", required=True, help="a .safetensors file of gpu-importance")
        parser.add_argument("--data", required=True, help="folder of four IDX files, plain or .gz")
        parser.add_argument("--ours", required=True, help="what importance_ours.mjs printed for the same two")
        parser.add_argument("--runs", type=int, default=3, help="timed calls of each kind, after one that is not")
        parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="threads of PyTorch")
        parser.add_argument("--times", action="store_true", help="time calls, and compare no values")
        return parser.parse_args()

    @staticmethod
    def _split(pixels, labels):
        return torch.from_numpy(pixels.astype(np.float32) / np.float32(255)), torch.from_numpy(labels)

    def exact(self):
        """Inputs and labels of the validation set in float64, for the definitions."""
        return self.validation[0].numpy().astype(float), self.validation[1].numpy()

    def line(self, kind, **rest):
        print(json.dumps({"peer": self.peer, "kind": kind, **rest}), flush=True)

    def beside(self, call, measure, theirs, why):
        """Their values of each hidden layer beside our column `measure`."""
        self.compare(call, f"`{measure}`", theirs, self.ours[measure], why)

    def compare(self, call, against, found, wanted, why):
        """found, wanted: [units] of each hidden layer, in one unit."""
        layers = []
        for own, other in zip(found, wanted):
            own, other = np.asarray(own, float), np.asarray(other, float)
            share = float(np.abs(own - other).max() / np.abs(other).max())
            layers.append({"difference": share, "tau": definitions.kendall_tau(own, other)})
        values = [[np.asarray(part, float).tolist() for part in side] for side in (found, wanted)]
        self.line("difference", call=call, against=against, layers=layers, why=why, values=values)

    def time(self, what, work, evaluations=None):
        """Prints the seconds of some calls, by the clock and of all threads, after one that is not counted."""
        result = work()
        seconds, processor = [], []
        for _ in range(self.runs):
            start, used = time.perf_counter(), time.process_time()
            work()
            seconds.append(time.perf_counter() - start)
            processor.append(time.process_time() - used)
        self.line("time", what=what, seconds=seconds, processor=processor, evaluations=evaluations, threads=self.threads)
        return result


def of_mean(layers):
    """Values of each layer as shares of the layer's mean, in which normalised ones can be compared."""
    return [np.asarray(layer, float) / np.mean(layer) for layer in layers]
