"""Captum's conductance and single removals of every hidden neuron, and curves by hooks, beside ours and the definitions.

See importance.sh, which calls it.
"""
import torch
from captum.attr import LayerConductance, LayerFeatureAblation

import importance_definitions as definitions
from importance_peer import Comparison, model_of

CHUNK = 100  # samples of one call of LayerConductance, which takes each steps + 1 times at once


def conductances(model, module, inputs, labels, **how):
    """[samples, units]."""
    attribution = LayerConductance(model, module)
    parts = zip(inputs.split(CHUNK), labels.split(CHUNK))
    return torch.cat([attribution.attribute(rows, target=targets, **how).detach() for rows, targets in parts])


class LabelLoss(torch.nn.Module):
    """Each sample's cross-entropy, so that Captum's ablation tells what the loss loses."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, inputs, labels):
        return torch.nn.functional.cross_entropy(self.model(inputs), labels, reduction="none")


def loss_rises(model, module, constants, inputs, labels):
    """Captum's value is intact minus ablated; ours is the rise."""
    attribution = LayerFeatureAblation(LabelLoss(model), module)
    with torch.no_grad():
        values = attribution.attribute(inputs, layer_baselines=constants, additional_forward_args=labels)
    return -values.mean(dim=0)


def logit_drops(model, module, inputs, labels):
    with torch.no_grad():
        return LayerFeatureAblation(model, module).attribute(inputs, target=labels).mean(dim=0)


def curve(model, module, order, inputs, labels):
    """Correct predictions after each removal, by a forward pass with a hook: no public tool has curves of its own."""
    mask = torch.ones(len(order))
    hook = module.register_forward_hook(lambda _module, _inputs, outputs: outputs * mask)
    correct = []
    with torch.no_grad():
        for neuron in [None, *order]:
            if neuron is not None:
                mask[neuron] = 0
            correct.append(int((model(inputs).argmax(dim=1) == labels).sum()))
    hook.remove()
    return correct


def compare_conductance(given, model, modules):
    """Prints differences of Captum's settings from ours, and of both from the integral."""
    size = lambda values: values.abs().mean(dim=0)
    signed = lambda values: values.mean(dim=0)
    settings = {
        'LayerConductance(method="riemann_trapezoid", n_steps=64), mean of sizes': (
            size, {"method": "riemann_trapezoid", "n_steps": 64}, "slopes at the beginning of each step, not in its middle"),
        "LayerConductance() as it comes, mean of sizes": (
            size, {}, "50 differences of 51 Gauss-Legendre points: slopes at their beginning, both ends of the path left out"),
        "LayerConductance() as it comes, mean": (
            signed, {}, "signs of samples cancel"),
    }  # fmt: skip
    inputs, labels = given.exact()
    exact = definitions.conductance(given.network, inputs, labels)
    integral = definitions.conductance(given.network, inputs, labels, definitions.conductance_by_integral)
    given.compare("`conductance`, ours", "`conductance` in float64", given.ours["conductance"], exact, "float32")
    given.compare("`conductance`, ours", "the integral", given.ours["conductance"], integral, "64 steps")
    for call, (reduced, how, why) in settings.items():
        theirs = [reduced(conductances(model, module, *given.validation, **how)) for module in modules]
        given.beside(call, "conductance", theirs, why)
        if reduced is size:
            given.compare(call, "the integral", theirs, integral, why)


def constants_of(given, model):
    """What a removed neuron becomes: by mode, [units] of each hidden layer."""
    with torch.no_grad():
        means = [model[: 2 * layer + 2](given.validation[0]).mean(dim=0) for layer in range(given.hidden_layers)]
    return {"zero": [torch.zeros_like(mean) for mean in means], "mean": means}


def compare_singles(given, model, modules):
    inputs, labels = given.exact()
    constants = constants_of(given, model)
    for mode, own in constants.items():
        theirs = [loss_rises(model, module, each[None], *given.validation) for module, each in zip(modules, own)]
        exact = definitions.single(given.network, inputs, labels, [each.numpy().astype(float) for each in own])
        call = f"LayerFeatureAblation of the loss, {mode}"
        given.beside(call, f"single_{mode}", theirs, "float32")
        given.compare(call, f"`single_{mode}` in float64", theirs, exact, "float32")
        given.compare(f"`single_{mode}`, ours", f"`single_{mode}` in float64", given.ours[f"single_{mode}"], exact, "float32")
    drops = [logit_drops(model, module, *given.validation) for module in modules]
    given.beside("LayerFeatureAblation(model, activation) as it comes", "single_zero", drops, "fall of the label's logit, not rise of the loss")
    linears = [model[2 * layer] for layer in range(given.hidden_layers)]
    zeros = constants["zero"]
    theirs = [loss_rises(model, module, each[None], *given.validation) for module, each in zip(linears, zeros)]
    given.beside("LayerFeatureAblation of the loss, nn.Linear", "single_zero", theirs, "pre-activations of 0: outputs of act(0)")


def compare_curves(given, model, modules):
    """Counts along our orders by hooks."""
    for own, correct in zip(given.curves, curves(given, model, modules)):
        differences = [abs(theirs - ours) for theirs, ours in zip(correct, own["correct"], strict=True)]
        unequal = sum(difference > 0 for difference in differences)
        given.line("curve", layer=own["layer"], steps=len(correct), unequal=unequal, largest=max(differences))


def curves(given, model, modules):
    return [curve(model, modules[own["layer"] - 1], own["neurons"], *given.test) for own in given.curves]


def time_all(given, model, modules):
    how = {"method": "riemann_trapezoid", "n_steps": 64}
    given.time("conductance", lambda: [conductances(model, module, *given.validation, **how) for module in modules])
    removals = [pair for own in constants_of(given, model).values() for pair in zip(modules, own)]
    given.time("singles", lambda: [loss_rises(model, module, each[None], *given.validation) for module, each in removals])
    evaluations = sum(len(own["correct"]) for own in given.curves)
    given.time("curves", lambda: curves(given, model, modules), evaluations)


def main():
    given = Comparison("Captum", __doc__)
    model = model_of(given.network)
    modules = [model[2 * layer + 1] for layer in range(given.hidden_layers)]
    if given.times:
        time_all(given, model, modules)
    else:
        compare_conductance(given, model, modules)
        compare_singles(given, model, modules)
        compare_curves(given, model, modules)


main()
