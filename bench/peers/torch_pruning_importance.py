"""Torch-Pruning's scores of every hidden neuron beside ours and the definitions.

See importance.sh, which calls it.
"""
import torch
import torch_pruning as tp

import importance_definitions as definitions
from importance_peer import Comparison, model_of, of_mean

importance = tp.importance
BATCH = 64
EQUAL_BATCH = 50  # divides 2,000 validation samples
RAW = {"normalizer": None, "group_reduction": "first"}  # the incoming weights alone, as they are


def groups_of(model, inputs):
    """A group for each hidden layer, from below: its incoming weights and biases, and the outgoing weights."""
    graph = tp.DependencyGraph().build_dependency(model, example_inputs=inputs[:1])
    groups = list(graph.get_all_groups(ignored_layers=[model[-1]]))
    return [next(group for group in groups if group[0].dep.layer is linear) for linear in model[:-1:2]]


def scores(score, groups):
    return [score(group).double().numpy() for group in groups]


def loss_of(model, inputs, labels):
    return torch.nn.functional.cross_entropy(model(inputs), labels)


def accumulate(model, inputs, labels, batch):
    """Gradients of the mean loss of each batch, added up, as `loss.backward()` without `zero_grad()` does."""
    model.zero_grad()
    for rows, targets in zip(inputs.split(batch), labels.split(batch)):
        loss_of(model, rows, targets).backward()


def compare_weights(given, groups):
    root = [values**0.5 for values in scores(importance.MagnitudeImportance(**RAW), groups)]
    given.beside('MagnitudeImportance("first", no normalizer), its root', "in_norm", root, "the square without its root")
    fan_in = [weights.shape[1] for weights, _ in given.network[0]]
    first = scores(importance.MagnitudeImportance(p=1, **RAW), groups)
    share = [values / inputs for values, inputs in zip(first, fan_in)]
    given.beside('MagnitudeImportance(p=1, "first", no normalizer) / inputs', "inorm", share, "a sum, not a mean")
    ours = of_mean(given.ours["in_norm"])
    default = scores(importance.MagnitudeImportance(), groups)
    given.compare("MagnitudeImportance() as it comes", "`in_norm` / mean", default, ours, "squares of incoming and outgoing weights, over the layer's mean")
    own = of_mean(given.ours["geometric_median"])
    for p, why in ((2, "distances of squared weights"), (1, "distances of sizes of weights")):
        theirs = of_mean(scores(importance.FPGMImportance(p=p, group_reduction="first"), groups))
        given.compare(f'FPGMImportance(p={p}, "first")', "`geometric_median` / mean", theirs, own, why)


def compare_taylor(given, model, groups):
    accumulate(model, *given.validation, len(given.validation[1]))
    gate = importance.TaylorImportance(multivariable=True, group_reduction="gate", normalizer=None)
    whole = [values**2 for values in scores(gate, groups)]
    call = 'TaylorImportance(multivariable, "gate", no normalizer), squared'
    given.beside(call, "taylor_gate", whole, "the same: outgoing weights times their gradients add up to the mean of g t")
    ours = of_mean(given.ours["taylor"])
    default = scores(importance.TaylorImportance(), groups)
    given.compare("TaylorImportance() as it comes", "`taylor` / mean", default, ours,
                  "sizes of weight times gradient of the mean loss: signs of samples cancel")  # fmt: skip
    per_gate = scores(importance.TaylorImportance(multivariable=True), groups)
    given.compare("TaylorImportance(multivariable)", "root of `taylor_gate` / mean", per_gate,
                  of_mean([[value**0.5 for value in layer] for layer in given.ours["taylor_gate"]]),
                  "incoming weights as well")  # fmt: skip
    compare_batches(given, model, groups, gate)


def compare_batches(given, model, groups, gate):
    """What batches make of the same score: their gradients are added up."""
    samples = len(given.validation[1])
    for size in (EQUAL_BATCH, BATCH):
        batches = -(-samples // size)
        accumulate(model, *given.validation, size)
        mean = [(values / batches) ** 2 for values in scores(gate, groups)]
        last = samples - (batches - 1) * size
        why = "float32" if last == size else f"the last batch, of {last}, counts as much as a full one"
        given.beside(f'TaylorImportance(multivariable, "gate"), squared, {batches} batches of {size} added up, / {batches}^2', "taylor_gate", mean, why)


def per_sample_squares(model, inputs, labels):
    """Mean over samples of each parameter's squared gradient."""
    mean = {parameter: torch.zeros_like(parameter) for parameter in model.parameters()}
    for row, label in zip(inputs.split(1), labels.split(1)):
        model.zero_grad()
        loss_of(model, row, label).backward()
        for parameter, total in mean.items():
            total += parameter.grad**2 / len(labels)
    return mean


def hessian(model, groups, inputs, labels):
    """Their class as its documentation uses it: one backward pass a sample."""
    score = importance.HessianImportance(normalizer=None, group_reduction="first")
    for row, label in zip(inputs.split(1), labels.split(1)):
        model.zero_grad()
        loss_of(model, row, label).backward()
        score.accumulate_grad(model)
    return scores(score, groups)


def compare_accumulators(given, model, groups):
    inputs, labels = given.validation
    squares = per_sample_squares(model, inputs, labels)
    wanted = [(linear.weight**2 * squares[linear.weight]).sum(dim=1).detach().numpy() for linear in model[:-1:2]]
    theirs = hessian(model, groups, inputs, labels)
    call = 'HessianImportance("first", no normalizer)'
    given.compare(call, "its definition", theirs, wanted, "only the last sample's gradient is kept")
    given.compare(call, "that of the last sample alone", theirs, hessian(model, groups, inputs[-1:], labels[-1:]), "the same")
    score = importance.ActivationImportance(normalizer=None)
    with torch.no_grad(), score.compute_importance(model):
        for rows in inputs.split(BATCH):
            model(rows)
    last = len(inputs) % BATCH or BATCH
    theirs = scores(score, groups)
    given.beside(f"ActivationImportance(no normalizer), batches of {BATCH}", "activation_magnitude", theirs, f"a sum over the last batch alone, of {last} samples")
    share = [values / last for values in theirs]
    given.beside(f"ActivationImportance(no normalizer), batches of {BATCH}, / {last}", "activation_magnitude", share, f"the last {last} samples of {len(inputs)}")


def compare_ours(given):
    """Ours beside the definitions in float64."""
    inputs, labels = given.exact()
    wanted = {**definitions.weight_measures(given.network), **definitions.gradient_measures(given.network, inputs, labels)}
    for measure, values in wanted.items():
        given.compare(f"`{measure}`, ours", f"`{measure}` in float64", given.ours[measure], values, "rounding")


def time_all(given, model, groups):
    def taylor():
        accumulate(model, *given.validation, len(given.validation[1]))
        return scores(importance.TaylorImportance(), groups)

    given.time("magnitude", lambda: scores(importance.MagnitudeImportance(), groups))
    given.time("taylor", taylor)


def main():
    given = Comparison("Torch-Pruning", __doc__)
    model = model_of(given.network)
    groups = groups_of(model, given.validation[0])
    if given.times:
        time_all(given, model, groups)
    else:
        compare_ours(given)
        compare_weights(given, groups)
        compare_taylor(given, model, groups)
        compare_accumulators(given, model, groups)


main()
