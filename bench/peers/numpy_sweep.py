"""Curves of one network with NumPy as an expert writes them: a removal updates the next pre-activations in place."""
import numpy as np

from protocol import WIDTHS, hidden_activations, sigmoid, tally

WIDTH = WIDTHS[1]


def curve(layers, hidden, constants, order, labels, stride):
    """Correct predictions and loss after 0, stride, 2 * stride, ... removals and after all."""
    (_, _), (weights2, biases2), (weights3, biases3) = layers
    first, second = hidden
    z2 = None
    logits = second @ weights3 + biases3
    removed2 = np.zeros(WIDTH, bool)
    steps = [tally(logits, labels)]
    only_second = order.min() >= WIDTH
    if not only_second:
        z2 = first @ weights2 + biases2
    for step, number in enumerate(order, 1):
        layer, neuron = divmod(int(number), WIDTH)
        if layer == 0:
            z2 -= np.outer(first[:, neuron] - constants[0][neuron], weights2[neuron])
        elif only_second:
            logits -= np.outer(second[:, neuron] - constants[1][neuron], weights3[neuron])
        else:
            removed2[neuron] = True
        if step % stride and step < len(order):
            continue
        if not only_second:
            values = sigmoid(z2)
            values[:, removed2] = constants[1][removed2]
            logits = values @ weights3 + biases3
        steps.append(tally(logits, labels))
    return steps


def masked_outcome(layers, hidden, constants, removed, labels):
    """The definition: a forward pass with replaced neurons."""
    (_, _), (weights2, biases2), (weights3, biases3) = layers
    first = hidden[0].copy()
    gone = removed[removed < WIDTH]
    first[:, gone] = constants[0][gone]
    second = sigmoid(first @ weights2 + biases2)
    gone = removed[removed >= WIDTH] - WIDTH
    second[:, gone] = constants[1][gone]
    return tally(second @ weights3 + biases3, labels)


def sweep(layers, means, orders, pixels, labels, stride=1):
    """All curves of one network in both modes. Returns the number of evaluations."""
    hidden = hidden_activations(layers, pixels)
    evaluations = 0
    for scope_orders in orders.values():
        for mode_constants in ([np.zeros_like(mean) for mean in means], means):
            for index, order in enumerate(scope_orders):
                steps = curve(layers, hidden, mode_constants, order, labels, stride)
                evaluations += len(steps)
                if index == 0:  # the last step against the definition: rounding may turn a few samples
                    want = masked_outcome(layers, hidden, mode_constants, order, labels)
                    assert abs(steps[-1][1] - want[1]) < 1e-3 * want[1], (steps[-1], want)
    return evaluations
