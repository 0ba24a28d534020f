/** A layer of a Keras model while it is translated: what it says, what goes into it and its weights. */
import type { z } from "zod";
import { schemaFault } from "../../core/schema-fault.ts";
import type { ChainStep } from "../chain-steps.ts";
import type { Refuse } from "../refuse.ts";
import type { Tensor } from "../tensor.ts";

/** As the configuration has it. */
export interface KerasLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>> & { readonly name?: string | undefined };
  readonly inbound_nodes?: unknown;
  /** In Keras 3, where the class is from. */
  readonly module?: unknown;
  readonly registered_name?: unknown;
}

/** Of a sample in front of a layer; undefined where the file leaves it open. */
export type SampleShape = readonly number[] | undefined;

/** A weight by its name; undefined where the layer has none of that name. */
export type Weights = (part: string) => Tensor | undefined;

/** Which layer of a model: its class, its name, and its number among those of its class, in the model's order. */
interface LayerId {
  readonly className: string;
  readonly name: string;
  readonly index: number;
}

/**
 * Weights of a layer, as Keras names them: kernel [inputs, outputs] and bias [outputs] of Dense.
 * @param parts all names that there may be, in the order in which the layer makes them.
 * @throws RunError where there are others.
 */
export type WeightsOf = (layer: LayerId, parts: readonly string[]) => Weights;

export interface Site {
  readonly layer: KerasLayer;
  readonly name: string;
  readonly shape: SampleShape;
  readonly refuse: Refuse;
}

export interface Place extends Site {
  /** As `WeightsOf`, of this layer. */
  readonly weights: (parts: readonly string[]) => Weights;
}

export interface Passed {
  readonly shape: SampleShape;
  readonly steps: readonly ChainStep[];
}

export type Translation = (place: Place) => Passed;

/** @throws RunError where an option of the layer is not as `schema` has it. */
export function optionOf<T>({ layer, name, refuse }: Site, option: string, schema: z.ZodType<T>): T {
  const value = layer.config[option];
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { expected, found } = schemaFault(result.error, value);
  return refuse({ what: `${option} of ${name} is not understood`, expected, found });
}
