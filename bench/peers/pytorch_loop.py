"""What an expert writes today: PyTorch trains one network after the other, NumPy sweeps it incrementally."""
import numpy as np
import torch

import numpy_sweep
import protocol

PEER = "pytorch-loop"


def model_of(layers, device):
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 100), torch.nn.Sigmoid(), torch.nn.Linear(100, 100), torch.nn.Sigmoid(), torch.nn.Linear(100, 10)
    )
    with torch.no_grad():
        for linear, (weights, biases) in zip(model[::2], layers):
            linear.weight.copy_(torch.from_numpy(weights.T))
            linear.bias.copy_(torch.from_numpy(biases))
    return model.to(device)


def train(model, pixels, labels, epochs, generator):
    # On a GPU the fused Adam is PyTorch's fastest; L2 is on weights alone, 2 * lambda * w in the gradient.
    decayed = [parameter for parameter in model.parameters() if parameter.dim() == 2]
    others = [parameter for parameter in model.parameters() if parameter.dim() == 1]
    groups = [{"params": decayed, "weight_decay": 2 * protocol.L2}, {"params": others}]
    options = {"lr": protocol.LEARNING_RATE, "betas": (protocol.BETA1, protocol.BETA2), "eps": protocol.EPSILON}
    optimizer = torch.optim.Adam(groups, fused=pixels.is_cuda, **options)
    for _ in range(epochs):
        order = torch.randperm(len(labels), generator=generator).to(pixels.device)
        for first in range(0, len(labels), protocol.BATCH):
            batch = order[first : first + protocol.BATCH]
            loss = torch.nn.functional.cross_entropy(model(pixels[batch].float() / 255), labels[batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()


def trained_layers(model):
    return [(linear.weight.detach().T.cpu().numpy().copy(), linear.bias.detach().cpu().numpy()) for linear in model[::2]]


def main():
    options = protocol.arguments(__doc__).parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(1)  # products of a batch of 32 are too small to share: more threads are slower
    data = protocol.read_data(options.data)
    pixels, labels = (torch.from_numpy(np.array(part)).to(device) for part in data["train"])
    generator = torch.Generator().manual_seed(options.seed)
    networks = []
    stage = protocol.Stage(f"{PEER} ({device})", "train")
    for repeat in range(options.repeats):
        model = model_of(protocol.initial_network(options.seed, repeat), device)
        train(model, pixels, labels, options.epochs, generator)
        networks.append(trained_layers(model))
    samples = options.repeats * options.epochs * len(labels)
    stage.end(samples, lambda: protocol.mean_accuracy(networks, data["test"]))
    if options.no_sweep:
        return
    stage = protocol.Stage(f"{PEER} (NumPy)", "ablate")
    evaluations = 0
    for layers in networks:
        means, orders = protocol.removal_orders(layers, *data["validation"], options.random_draws, options.seed)
        evaluations += numpy_sweep.sweep(layers, means, orders, *data["test"], options.stride)
    stage.end(evaluations * len(data["test"][1]))


main()
