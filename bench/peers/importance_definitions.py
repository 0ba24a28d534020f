"""Measures of neurons by their definitions (docs/measures.md), in float64 and NumPy alone: what both sides are held to.

A network is (layers of (weights [outputs, inputs], biases [outputs]), activation), inputs are [samples, features], labels
[samples]. Every measure is a list of [units], one a hidden layer.
"""
import numpy as np

CHUNK = 250  # samples at once along a path


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


# Each with its derivative, as a function of the activation's value.
ACTIVATIONS = {
    "sigmoid": (_sigmoid, lambda t: t * (1 - t)),
    "tanh": (np.tanh, lambda t: 1 - t * t),
    "relu": (lambda z: np.maximum(z, 0), lambda t: (t > 0).astype(float)),
}


def above(network, values, first):
    """What follows from `values`, the outputs of hidden layer `first` (0: the inputs): hidden layers' outputs, then logits."""
    layers, activation = network
    outputs = []
    for number, (weights, biases) in enumerate(layers[first:], first + 1):
        values = values @ weights.T + biases
        if number < len(layers):
            values = ACTIVATIONS[activation][0](values)
        outputs.append(values)
    return outputs


def cross_entropy(logits, labels):
    """[samples], nats."""
    highest = logits.max(axis=1)
    return highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1)) - logits[np.arange(len(labels)), labels]


def backward(network, hidden, signal):
    """Derivatives by the outputs of each hidden layer, from those by the logits, [samples, units] each."""
    layers, activation = network
    slope = ACTIVATIONS[activation][1]
    gradients = []
    for (weights, _), outputs in zip(reversed(layers[1:]), reversed(hidden)):
        signal = signal @ weights
        gradients.insert(0, signal)
        signal = signal * slope(outputs)
    return gradients


def loss_gradients(network, inputs, labels):
    """Hidden layers' outputs t and dL/dt of each sample's cross-entropy."""
    *hidden, logits = above(network, inputs, 0)
    signal = np.exp(logits - logits.max(axis=1, keepdims=True))
    signal /= signal.sum(axis=1, keepdims=True)
    signal[np.arange(len(labels)), labels] -= 1
    return hidden, backward(network, hidden, signal)


def scaled(network, inputs):
    """Hidden layers' outputs at a share of the inputs, as a function of it: the first layer's product is made once."""
    layers, activation = network
    product, biases = inputs @ layers[0][0].T, layers[0][1]

    def hidden(share):
        first = ACTIVATIONS[activation][0](product * share + biases)
        return [first, *above(network, first, 1)[:-1]]

    return product, hidden


def conductance_by_steps(network, inputs, labels, steps=64):
    """[samples, units]: slopes of the label's logit in the middle of each step, times what the outputs rise by in it."""
    chosen = np.eye(len(network[0][-1][1]))[labels]
    _, hidden = scaled(network, inputs)
    before = hidden(0)
    totals = [np.zeros_like(outputs) for outputs in before]
    for step in range(1, steps + 1):
        slopes = backward(network, hidden((step - 0.5) / steps), chosen)
        after = hidden(step / steps)
        for total, slope, now, then in zip(totals, slopes, after, before):
            total += slope * (now - then)
        before = after
    return totals


def conductance_by_integral(network, inputs, labels, points=32):
    """The same as Dhamdhere et al. 2018 define it, the integral of dF/dt dt/d(share), by Gauss-Legendre points."""
    layers, activation = network
    chosen = np.eye(len(layers[-1][1]))[labels]
    product, hidden = scaled(network, inputs)
    totals = [0] * (len(layers) - 1)
    for point, weight in zip(*np.polynomial.legendre.leggauss(points)):
        outputs = hidden((point + 1) / 2)
        rise = product
        for number, (slope, own) in enumerate(zip(backward(network, outputs, chosen), outputs)):
            rise = (rise if number == 0 else rise @ layers[number][0].T) * ACTIVATIONS[activation][1](own)
            totals[number] = totals[number] + weight / 2 * slope * rise
    return totals


def conductance(network, inputs, labels, of_samples=conductance_by_steps):
    """Mean over samples of the size of their conductance."""
    totals = [0] * (len(network[0]) - 1)
    for first in range(0, len(labels), CHUNK):
        part = of_samples(network, inputs[first : first + CHUNK], labels[first : first + CHUNK])
        totals = [total + np.abs(own).sum(axis=0) for total, own in zip(totals, part)]
    return [total / len(labels) for total in totals]


def single(network, inputs, labels, constants):
    """What the loss rises by where one neuron alone becomes its constant; `constants`: [units] of each hidden layer."""
    *hidden, logits = above(network, inputs, 0)
    intact = cross_entropy(logits, labels)
    rises = []
    for number, (outputs, own) in enumerate(zip(hidden, constants), 1):
        rises.append(np.empty(len(own)))
        for neuron, constant in enumerate(own):
            replaced = outputs.copy()
            replaced[:, neuron] = constant
            rises[-1][neuron] = (cross_entropy(above(network, replaced, number)[-1], labels) - intact).mean()
    return rises


def weight_measures(network):
    incoming = [weights for weights, _ in network[0][:-1]]
    distances = lambda rows: np.array([np.sqrt(((rows - row) ** 2).sum(axis=1)).sum() for row in rows])
    return {
        "in_norm": [np.sqrt((weights**2).sum(axis=1)) for weights in incoming],
        "inorm": [np.abs(weights).mean(axis=1) for weights in incoming],
        "geometric_median": [distances(weights) for weights in incoming],
    }


def gradient_measures(network, inputs, labels):
    pairs = list(zip(*loss_gradients(network, inputs, labels)))
    return {
        "taylor": [np.abs(g * t).mean(axis=0) for t, g in pairs],
        "taylor_gate": [(g * t).mean(axis=0) ** 2 for t, g in pairs],
        "fisher": [((g * t) ** 2).mean(axis=0) for t, g in pairs],
        "activation_magnitude": [np.abs(t).mean(axis=0) for t, _ in pairs],
    }


def kendall_tau(a, b):
    """Kendall's tau-b of two lists of values."""
    upper = np.triu_indices(len(a), 1)
    first, second = (np.sign(np.subtract.outer(values, values))[upper] for values in (a, b))
    return float((first * second).sum() / np.sqrt((first != 0).sum() * (second != 0).sum()))
