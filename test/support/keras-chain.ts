/** Keras models by configuration and weights, without a file around them. */

import { kerasChain } from "../../src/models/keras/keras-config.ts";
import type { ReadChain } from "../../src/models/model-reader.ts";
import { refuseIn } from "../../src/models/refuse.ts";

export interface MadeUpLayer {
  readonly class_name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface MadeUpModel {
  readonly layers: readonly MadeUpLayer[];
  /** Fields of the model's configuration beside its layers. */
  readonly model?: Readonly<Record<string, unknown>>;
  readonly className?: string;
}

/** A layer of `units` sums, unit i of input i alone where there is one. */
export const sumLayer = (units: number, more: Readonly<Record<string, unknown>> = {}): MadeUpLayer => ({
  class_name: "Dense",
  config: { name: `dense_${units}`, units, use_bias: false, activation: "linear", ...more },
});

/** The model; its dense layers hold unit matrices [inputs, units]. @param inputs of the dense layers, first to last */
export function madeUpKeras(
  { layers, model = {}, className = "Sequential" }: MadeUpModel,
  inputs: readonly number[],
): ReadChain {
  const named = layers.map((layer, index) => ({
    ...layer,
    config: { name: `${layer.class_name}_${index}`, ...layer.config },
  }));
  const dense = named.filter((layer) => layer.class_name === "Dense");
  return kerasChain(
    { class_name: className, config: { name: "model", ...model, layers: named } },
    ({ name }) =>
      (part) => {
        const index = dense.findIndex(({ config }) => config.name === name);
        if (index < 0 || part !== "kernel") return undefined;
        const units = Number((dense[index]!.config as Record<string, unknown>).units);
        const rows = inputs[index]!;
        const values = Float64Array.from({ length: rows * units }, (_, at) =>
          Math.floor(at / units) === at % units ? 1 : 0,
        );
        return { name: part, shape: [rows, units], values };
      },
    refuseIn("a.keras", "mend it"),
  );
}
