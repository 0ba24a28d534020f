/** Orders of removal: which neuron goes when, from the table of measures alone. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type OrderOptions, removalOrders, removalSteps } from "../../src/ablation/orders.ts";
import { ordersPerScope, rankingsOf } from "../../src/ablation/rankings.ts";
import { type NeuronAddress, RANDOM, type RemovalOrder } from "../../src/core/ablation.ts";
import type { NeuronTable } from "../../src/core/neuron-table.ts";
import { scopesOf } from "../../src/core/scope.ts";

/** A table of hidden layers with these values of the measure `value`: [layers][neurons]. */
function tableOf(values: readonly (readonly number[])[], repeat = 0): NeuronTable {
  const rows = values.flat().length;
  const perRow = (value: (layer: number, neuron: number) => number) =>
    Uint32Array.from(values.flatMap((layer, index) => layer.map((_, neuron) => value(index + 1, neuron))));
  return {
    repeat,
    rows,
    classes: 2,
    samples: 10,
    layer: perRow((layer) => layer),
    neuron: perRow((_, neuron) => neuron),
    levels: { levels: 2, counts: new Uint32Array(2 * rows) },
    preferredClass: new Uint32Array(rows),
    meanActivation: new Float32Array(rows),
    measures: { value: Float64Array.from(values.flat()) },
  };
}

const byValue: OrderOptions = { scopes: ["layer1"], rankings: rankingsOf(["value"], 0), seed: 0 };
const name = ({ layer, neuron }: NeuronAddress) => `${layer}/${neuron}`;
const names = (order: RemovalOrder) => order.neurons.map(name);

/** Orders of one scope, low first and high first. */
function lowAndHigh(table: NeuronTable, scope: OrderOptions["scopes"][number]): string[][] {
  return removalOrders(table, { ...byValue, scopes: [scope] }).map(names);
}

describe("orders by a measure", () => {
  test("remove the lowest value first, or the highest", () => {
    const [low, high] = lowAndHigh(tableOf([[0.3, 0.1, 0.2]]), "layer1");
    expect(low).toEqual(["1/1", "1/2", "1/0"]);
    expect(high).toEqual(["1/0", "1/2", "1/1"]);
  });

  test("break ties by index in both directions", () => {
    const [low, high] = lowAndHigh(tableOf([[0.5, 0.2, 0.5, 0.2, 0.5]]), "layer1");
    expect(low).toEqual(["1/1", "1/3", "1/0", "1/2", "1/4"]);
    expect(high).toEqual(["1/0", "1/2", "1/4", "1/1", "1/3"]);
  });

  test("sort numbers as numbers, not as text", () => {
    const [low] = lowAndHigh(tableOf([[10, 9, 1e-7, 0]]), "layer1");
    expect(low).toEqual(["1/3", "1/2", "1/1", "1/0"]);
  });

  test("take the neurons of their own layer only", () => {
    const table = tableOf([[0.1, 0.2], [0.4, 0.3, 0.5], [0.9]]);
    expect(lowAndHigh(table, "layer2")[0]).toEqual(["2/1", "2/0", "2/2"]);
    expect(lowAndHigh(table, "layer3")[0]).toEqual(["3/0"]);
  });

  test("sort the whole network jointly by raw value, ties by layer and then by index", () => {
    const table = tableOf([
      [0.5, 0.2],
      [0.1, 0.5, 0.3],
    ]);
    const [low, high] = lowAndHigh(table, "network");
    expect(low).toEqual(["2/0", "1/1", "2/2", "1/0", "2/1"]);
    expect(high).toEqual(["1/0", "2/1", "2/2", "1/1", "2/0"]);
  });
});

describe("orders by rank within the layer", () => {
  const ranked = (layers: number[][]) => lowAndHigh(tableOf(layers), "network-ranked");

  test("take turns between layers of equal width, whatever the values", () => {
    const [low, high] = ranked([
      [0.1, 0.3, 0.2],
      [9, 7, 8],
    ]);
    expect(low).toEqual(["1/0", "2/1", "1/2", "2/2", "1/1", "2/0"]);
    expect(high).toEqual(["1/1", "2/0", "1/2", "2/2", "1/0", "2/1"]);
  });

  test("use up layers of unequal width at the same pace", () => {
    const [low] = ranked([
      [5, 4, 3, 2, 1, 0],
      [0.1, 0.2],
    ]);
    // Places (i + 1/2) / width: 1/12 3/12 5/12 7/12 9/12 11/12 against 1/4 3/4; ties go to the first layer.
    expect(low).toEqual(["1/5", "1/4", "2/0", "1/3", "1/2", "1/1", "2/1", "1/0"]);
  });

  test("break ties within a layer by index, and are the layer's own order where there is one layer", () => {
    const table = tableOf([[0.5, 0.2, 0.5, 0.2, 0.5]]);
    expect(lowAndHigh(table, "network-ranked")).toEqual(lowAndHigh(table, "layer1"));
  });

  test("are random in each layer on its own, and unlike those of the other scopes", () => {
    const table = tableOf([new Array<number>(40).fill(0), new Array<number>(40).fill(0)]);
    const draw = (scope: OrderOptions["scopes"][number]) =>
      names(removalOrders(table, { ...byValue, rankings: rankingsOf([], 1), scopes: [scope] })[0]!);
    const order = draw("network-ranked");
    expect(order.map((address) => Number(address[0]))).toEqual(order.map((_, place) => 1 + (place % 2)));
    const inLayer = (layer: number) => order.filter((address) => address.startsWith(`${layer}/`));
    expect(inLayer(1).map((address) => address.slice(2))).not.toEqual(inLayer(2).map((address) => address.slice(2)));
    expect(inLayer(1)).not.toEqual(draw("layer1"));
    expect(new Set(order).size).toBe(80);
  });
});

describe("orders that were searched for", () => {
  const rows = { layer1: Uint32Array.of(1, 0), network: Uint32Array.of(2, 1, 4, 0, 3) };
  const table = { ...tableOf([[0, 0], [0, 0, 0]]), sequences: { greedy_zero: rows } }; // biome-ignore format: a row a layer
  const rankings = rankingsOf(["greedy_zero", "greedy_mean"], 0);

  test("are as they were found, one a scope, where they were looked for", () => {
    const found = removalOrders(table, {
      ...byValue,
      rankings,
      scopes: ["layer1", "layer2", "network", "network-ranked"],
    });
    expect(found.map(({ scope, measure, direction, draw }) => [scope, measure, direction, draw])).toEqual([
      ["layer1", "greedy_zero", "low", 0],
      ["network", "greedy_zero", "low", 0],
    ]);
    expect(found.map(names)).toEqual([
      ["1/1", "1/0"],
      ["2/0", "1/1", "2/2", "1/0", "2/1"],
    ]);
  });

  test("count once in a layer and in the whole network, and by rank not at all", () => {
    expect(ordersPerScope(rankings)).toEqual({ layers: 2, network: 2, "network-ranked": 0 });
    expect(ordersPerScope(rankingsOf(["value"], 3))).toEqual({ layers: 5, network: 5, "network-ranked": 5 });
  });
});

describe("random orders", () => {
  const table = (repeat = 0) => tableOf([new Array<number>(40).fill(0), new Array<number>(40).fill(0)], repeat);
  const draw = (options: Partial<OrderOptions>, repeat = 0) =>
    removalOrders(table(repeat), { ...byValue, rankings: rankingsOf([], 1), ...options });

  test("are the same for the same seed, repeat, scope and draw", () => {
    expect(draw({ rankings: rankingsOf([], 3) })).toEqual(draw({ rankings: rankingsOf([], 3) }));
  });

  test("differ in each of seed, repeat, scope and draw", () => {
    const all = [0, 1].flatMap((seed) =>
      [0, 1].flatMap((repeat) =>
        draw({ seed, rankings: rankingsOf([], 3), scopes: ["layer1", "layer2", "network"] }, repeat),
      ),
    );
    const positions = all.map((order) => order.neurons.map(({ neuron }) => neuron).join(" "));
    expect(new Set(positions).size).toBe(2 * 2 * 3 * 3);
  });

  test("differ between the only hidden layer and the whole network", () => {
    const only = tableOf([new Array<number>(40).fill(0)]);
    const options = { ...byValue, rankings: rankingsOf([], 1) };
    const [layer, network] = removalOrders(only, { ...options, scopes: ["layer1", "network"] }).map(names);
    expect(layer).not.toEqual(network);
  });

  test("do not change when other scopes, measures or further draws are asked for", () => {
    const [alone] = draw({ scopes: ["layer2"] });
    const among = removalOrders(table(), {
      scopes: ["layer1", "layer2", "network"],
      rankings: rankingsOf(["value"], 4),
      seed: 0,
    });
    expect(among).toContainEqual(alone);
  });

  test("carry their draw and no direction; orders by a measure carry draw 0", () => {
    const orders = draw({ rankings: rankingsOf(["value"], 2) }, 5);
    expect(
      orders.map(({ repeat, scope, measure, direction, draw: n }) => [repeat, scope, measure, direction, n]),
    ).toEqual([
      [5, "layer1", "value", "low", 0],
      [5, "layer1", "value", "high", 0],
      [5, "layer1", RANDOM, "none", 0],
      [5, "layer1", RANDOM, "none", 1],
    ]);
  });
});

test("every order is a permutation of its scope's neurons", () => {
  const layers = fc.array(fc.array(fc.constantFrom(0, 0.1, 0.5, 1, 2.5), { minLength: 1, maxLength: 9 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(layers, fc.nat(), (values, seed) => {
      const scopes = scopesOf(values.length, ["layers", "network"]);
      const orders = removalOrders(tableOf(values), { scopes, rankings: rankingsOf(["value"], 2), seed });
      expect(orders).toHaveLength(4 * (values.length + 1));
      for (const order of orders) {
        const own = values.flatMap((layer, index) => layer.map((_, neuron) => ({ layer: index + 1, neuron })));
        const inScope = own.filter(({ layer }) => order.scope === "network" || order.scope === `layer${layer}`);
        expect(names(order).sort()).toEqual(inScope.map(name).sort());
      }
    }),
    { seed: 20_220_203, numRuns: 60 },
  );
});

test("scopes are the layers in order and then the network, as far as they are asked for", () => {
  expect(scopesOf(3, ["network", "layers"])).toEqual(["layer1", "layer2", "layer3", "network"]);
  expect(scopesOf(2, ["layers"])).toEqual(["layer1", "layer2"]);
  expect(scopesOf(2, ["network"])).toEqual(["network"]);
});

describe("steps at which a curve is evaluated", () => {
  test.each([
    [4, 1, [0, 1, 2, 3, 4]],
    [7, 3, [0, 3, 6, 7]],
    [6, 3, [0, 3, 6]],
    [5, 5, [0, 5]],
    [5, 8, [0, 5]],
    [1, 1, [0, 1]],
  ])("of %i neurons with stride %i are %j", (neurons, stride, steps) => {
    expect([...removalSteps(neurons, stride)]).toEqual(steps);
  });
});
