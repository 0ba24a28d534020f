/** Who makes things on a device keeps them here, `using` it: then whatever is thrown half-way leaves nothing behind. */
import type { GpuContext } from "./context.ts";
import { allocateSpec, type DeviceArray } from "./device-array.ts";
import { type ArraySpec, type Layout, mapLayout, type UniformSpec } from "./layout.ts";
import { allocateUniforms, type UniformArray } from "./uniforms.ts";

/** A layout on the device: arrays in the place of their specifications. */
export type Allocated<L> =
  L extends ArraySpec<infer Element, infer Rank>
    ? DeviceArray<Element, Rank>
    : L extends UniformSpec<infer Struct>
      ? UniformArray<Struct>
      : L extends undefined
        ? undefined
        : { readonly [Part in keyof L]: Allocated<L[Part]> };

/** What JavaScript's DisposableStack will be where Node has it, with arrays on a device. */
export class Owned implements Disposable {
  readonly #gpu: GpuContext;
  #kept: Disposable[] = [];

  constructor(gpu: GpuContext) {
    this.#gpu = gpu;
  }

  /** Keeps something until the owner is disposed of. */
  use<T extends Disposable>(one: T): T {
    this.#kept.push(one);
    return one;
  }

  /**
   * Allocates all arrays of a layout, zeroed.
   * @param label of the whole, before the names of its arrays
   * @throws RunError where one exceeds what a binding may hold on this device
   */
  allocate<const L extends Layout>(layout: L, label = ""): Allocated<L> {
    const made = mapLayout(layout, label, (spec, name) => {
      const one = "element" in spec ? allocateSpec(this.#gpu, name, spec) : allocateUniforms(this.#gpu, name, spec);
      this.use({ [Symbol.dispose]: () => one.destroy() });
      return one;
    });
    return made as Allocated<L>;
  }

  /** Gives all of it to a new owner, which whoever asked for it disposes of: for the end of a function that made it. */
  move(): Owned {
    const next = new Owned(this.#gpu);
    [next.#kept, this.#kept] = [this.#kept, []];
    return next;
  }

  /** Destroys all that it keeps, last first. */
  [Symbol.dispose](): void {
    for (const one of this.#kept.splice(0).reverse()) one[Symbol.dispose]();
  }
}
