"""All repeats at once on one device: torch.func gradients, vmap over the networks, Adam on the stacked parameters."""
import numpy as np
import torch
from torch.func import grad, vmap

import protocol

PEER = "torch.func"


def logits_of(layers, values):
    for weights, biases in layers[:-1]:
        values = torch.sigmoid(values @ weights + biases)
    weights, biases = layers[-1]
    return values @ weights + biases


def loss_of(layers, values, labels):
    penalty = sum((weights**2).sum() for weights, _ in layers)
    return torch.nn.functional.cross_entropy(logits_of(layers, values), labels) + protocol.L2 * penalty


gradients_of = vmap(grad(loss_of))


def make_step(pixels, labels):
    def step(layers, first, second, batch, rate, variance_correction):
        """One step of Adam for all networks; batch [repeats, BATCH]."""
        gradients = gradients_of(layers, pixels[batch].float() / 255, labels[batch])
        flat = lambda nested: [tensor for layer in nested for tensor in layer]
        for parameter, gradient, m, v in zip(flat(layers), flat(gradients), flat(first), flat(second)):
            m.mul_(protocol.BETA1).add_(gradient, alpha=1 - protocol.BETA1)
            v.mul_(protocol.BETA2).addcmul_(gradient, gradient, value=1 - protocol.BETA2)
            parameter.sub_(rate * m / (v.sqrt() * variance_correction + protocol.EPSILON))

    return step


def start(options, device):
    """Parameters and zero moments of all networks."""
    stacked = protocol.stacked_networks(options.seed, options.repeats)
    layers = [tuple(torch.from_numpy(part).to(device) for part in layer) for layer in stacked]
    first, second = ([tuple(torch.zeros_like(part) for part in layer) for layer in layers] for _ in range(2))
    return layers, first, second


def train_epoch(step, state, count, generator, samples, repeats):
    """One epoch of all networks; a short last batch is left out, so that one shape is compiled. Returns the steps done."""
    device = state[0][0][0].device
    order = torch.rand(repeats, samples, generator=generator, device=device).argsort(dim=1)
    for begin in range(0, samples - protocol.BATCH + 1, protocol.BATCH):
        count += 1
        # Tensors, so that torch.compile does not compile anew for each value.
        rate = torch.tensor(protocol.LEARNING_RATE / (1 - protocol.BETA1**count), device=device)
        correction = torch.tensor(1 / np.sqrt(1 - protocol.BETA2**count), device=device, dtype=torch.float32)
        step(*state, order[:, begin : begin + protocol.BATCH], rate, correction)
    return count


def main():
    parser = protocol.arguments(__doc__)
    parser.add_argument("--compile", action="store_true", help="torch.compile the step")
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    peer = f"{PEER}{' compiled' if options.compile else ''} ({device})"
    data = protocol.read_data(options.data)
    pixels, labels = (torch.from_numpy(np.array(part)).to(device) for part in data["train"])
    step = make_step(pixels, labels)
    if options.compile:
        step = torch.compile(step)
    generator = torch.Generator(device).manual_seed(options.seed)
    with torch.no_grad():
        stage = protocol.Stage(peer, "compile")
        train_epoch(step, start(options, device), 0, generator, protocol.BATCH, options.repeats)  # thrown away
        synchronize(device)
        stage.end(options.repeats * protocol.BATCH)
        state = start(options, device)
        count = 0
        stage = protocol.Stage(peer, "train")
        for _ in range(options.epochs):
            count = train_epoch(step, state, count, generator, len(labels), options.repeats)
        synchronize(device)
    trained = [tuple(part.cpu().numpy() for part in layer) for layer in state[0]]
    networks = protocol.unstacked_networks(trained, options.repeats)
    stage.end(options.repeats * count * protocol.BATCH, lambda: protocol.mean_accuracy(networks, data["test"]))


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


main()
