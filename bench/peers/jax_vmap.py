"""All repeats at once with JAX: vmap over the networks, lax.scan over an epoch's steps and over the removals, jitted."""
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import protocol

PEER = "jax-vmap"
WIDTH = protocol.WIDTHS[1]


def logits_of(layers, values):
    for weights, biases in layers[:-1]:
        values = jax.nn.sigmoid(values @ weights + biases)
    weights, biases = layers[-1]
    return values @ weights + biases


def cross_entropy(logits, labels):
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1).mean()


def loss_of(layers, values, labels):
    penalty = sum((weights**2).sum() for weights, _ in layers)
    return cross_entropy(logits_of(layers, values), labels) + protocol.L2 * penalty


def adam(layers, first, second, gradients, count):
    rate = protocol.LEARNING_RATE / (1 - protocol.BETA1**count)
    correction = 1 / jnp.sqrt(1 - protocol.BETA2**count)
    first = jax.tree.map(lambda m, g: protocol.BETA1 * m + (1 - protocol.BETA1) * g, first, gradients)
    second = jax.tree.map(lambda v, g: protocol.BETA2 * v + (1 - protocol.BETA2) * g * g, second, gradients)
    moved = jax.tree.map(
        lambda w, m, v: w - rate * m / (jnp.sqrt(v) * correction + protocol.EPSILON), layers, first, second
    )
    return moved, first, second


@partial(jax.jit, donate_argnums=(0,))
def train_epoch(state, key, pixels, labels):
    """One epoch of all networks. A short last batch is left out: scan wants equal shapes."""
    repeats = state[0][0][0].shape[0]
    steps = len(labels) // protocol.BATCH
    orders = vmapped_permutations(jax.random.split(key, repeats), len(labels))[:, : steps * protocol.BATCH]
    batches = orders.reshape(repeats, steps, protocol.BATCH).swapaxes(0, 1)

    def step(state, batch):
        layers, first, second, count = state
        gradients = jax.vmap(jax.grad(loss_of))(layers, pixels[batch].astype(jnp.float32) / 255, labels[batch])
        return (*adam(layers, first, second, gradients, count + 1), count + 1), None

    return lax.scan(step, state, batches)[0]


def vmapped_permutations(keys, count):
    return jax.vmap(lambda key: jax.random.permutation(key, count))(keys)


def outcome(logits, labels):
    return (logits.argmax(axis=1) == labels).sum(), cross_entropy(logits, labels)


@partial(jax.jit, static_argnames="second_only")
def curves(layers, hidden, constants, orders, labels, second_only):
    """Correct predictions and loss after each removal, for all orders [curves, neurons] of one network in one mode."""
    _, (weights2, biases2), (weights3, biases3) = layers
    first, second = hidden

    def one(order):
        def remove_second(logits, number):
            neuron = number - WIDTH
            logits -= jnp.outer(second[:, neuron] - constants[1][neuron], weights3[neuron])
            return logits, outcome(logits, labels)

        def remove(state, number):
            z2, gone = state
            neuron = jnp.minimum(number, WIDTH - 1)
            change = jnp.outer(first[:, neuron] - constants[0][neuron], weights2[neuron])
            z2 = jnp.where(number < WIDTH, z2 - change, z2)
            gone = gone | (jnp.arange(WIDTH) == number - WIDTH)
            values = jnp.where(gone, constants[1], jax.nn.sigmoid(z2))
            return (z2, gone), outcome(values @ weights3 + biases3, labels)

        if second_only:
            return lax.scan(remove_second, second @ weights3 + biases3, order)[1]
        return lax.scan(remove, (first @ weights2 + biases2, jnp.zeros(WIDTH, bool)), order)[1]

    return jax.vmap(one)(orders)


def sweep(networks, data, options):
    """All curves of all networks, every step. Returns the number of evaluations."""
    pixels, labels = data["test"]
    labels = jnp.asarray(labels)
    evaluations = 0
    for layers in networks:
        means, orders = protocol.removal_orders(layers, *data["validation"], options.random_draws, options.seed)
        hidden = [jnp.asarray(values) for values in protocol.hidden_activations(layers, pixels)]
        for scope, scope_orders in orders.items():
            for constants in ([np.zeros_like(mean) for mean in means], means):
                correct, _ = curves(layers, hidden, constants, jnp.asarray(scope_orders), labels, scope == "layer2")
                evaluations += correct.size
        correct.block_until_ready()
    return evaluations


def main():
    options = protocol.arguments(__doc__).parse_args()
    device = jax.devices()[0].platform
    peer = f"{PEER} ({device})"
    data = protocol.read_data(options.data)
    pixels, labels = (jnp.asarray(part) for part in data["train"])
    key = jax.random.key(options.seed)

    def start():
        stacked = protocol.stacked_networks(options.seed, options.repeats)
        layers = [tuple(jnp.asarray(part) for part in layer) for layer in stacked]
        zeros = jax.tree.map(jnp.zeros_like, layers)
        return layers, zeros, jax.tree.map(jnp.zeros_like, layers), jnp.zeros((), jnp.float32)

    stage = protocol.Stage(peer, "compile")
    jax.block_until_ready(train_epoch(start(), key, pixels, labels))  # compilation with one epoch, thrown away
    stage.end(options.repeats * len(labels))
    state = start()
    stage = protocol.Stage(peer, "train")
    for epoch_key in jax.random.split(key, options.epochs):
        state = train_epoch(state, epoch_key, pixels, labels)
    jax.block_until_ready(state)
    samples = options.repeats * options.epochs * (len(labels) // protocol.BATCH) * protocol.BATCH
    trained = [tuple(np.asarray(part) for part in layer) for layer in state[0]]
    networks = protocol.unstacked_networks(trained, options.repeats)
    stage.end(samples, lambda: protocol.mean_accuracy(networks, data["test"]))
    if options.no_sweep:
        return
    stage = protocol.Stage(peer, "compile")
    stage.end(sweep(networks[:1], data, options) * len(data["test"][1]))
    stage = protocol.Stage(peer, "ablate")
    stage.end(sweep(networks, data, options) * len(data["test"][1]))


main()
