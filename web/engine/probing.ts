/** Networks on the device, ready to answer clicks: removals on the test set, activations on the validation set. */
import { createRemovalProbe, type ProbedRemoval, type RemovalProbe } from "../../src/ablation/walks/removal-probe.ts";
import type { NeuronAddress, ReplacementMode } from "../../src/core/ablation.ts";
import type { Dataset, Split } from "../../src/core/dataset.ts";
import { UsageError } from "../../src/core/errors.ts";
import type { TrainedNetwork } from "../../src/core/network.ts";
import type { NeuronTable } from "../../src/core/neuron-table.ts";
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { type Devices, PerDevice } from "../../src/gpu/device/devices.ts";
import { type DeviceSplit, splitOnDevice } from "../../src/passes/device-split.ts";
import { readActivations } from "../../src/passes/read-activations.ts";
import { meanActivations } from "../../src/study/table-orders.ts";
import { classifyInputs } from "./classify.ts";
import { extremesOf } from "./extremes.ts";
import type { SampleChoice } from "./protocol.ts";
import { chosenSample } from "./sample-inputs.ts";

export class Probing {
  readonly #dataset: Dataset;
  readonly #networks: readonly TrainedNetwork[];
  readonly #neurons: readonly NeuronTable[];
  readonly #test: PerDevice<DeviceSplit>;
  readonly #shown: Split;
  /** Of the repeat and device that were asked for last. */
  #probe: { readonly gpu: GpuContext; readonly repeat: number; readonly probe: RemovalProbe } | undefined;
  /** Of the repeat and layer that were asked for last: [neurons, samples]. */
  #activations: { readonly repeat: number; readonly layer: number; readonly values: Float32Array } | undefined;

  /**
   * @param neurons in the order of the networks
   * @param shown the validation samples as they were read, where the networks take them rescaled
   */
  constructor(
    dataset: Dataset,
    networks: readonly TrainedNetwork[],
    neurons: readonly NeuronTable[],
    shown: Split = dataset.validation,
  ) {
    this.#shown = shown;
    this.#dataset = dataset;
    this.#networks = networks;
    this.#neurons = neurons;
    this.#test = new PerDevice((gpu) => splitOnDevice(gpu, dataset, "test"));
  }

  /** One at a time. @throws RunError with what the device reported, UsageError where there is no such network. */
  async evaluate(
    devices: Devices,
    repeat: number,
    removed: readonly NeuronAddress[],
    mode: ReplacementMode,
  ): Promise<ProbedRemoval> {
    return devices.attempt((gpu) => ({
      doing: `removing ${removed.length} neurons of repeat ${repeat}`,
      plan: "one network",
      run: async () => (await this.#probeOn(gpu, repeat)).evaluate(removed, mode),
    }));
  }

  async extremes(devices: Devices, repeat: number, { layer, neuron }: NeuronAddress, count: number) {
    const values = await this.#layerActivations(devices, repeat, layer);
    const shown = this.#shown;
    return extremesOf(values.subarray(neuron * shown.count, (neuron + 1) * shown.count), shown, count);
  }

  classify(repeat: number, choice: SampleChoice, removed: readonly NeuronAddress[], mode: ReplacementMode) {
    const { network, table } = this.#networkOf(repeat);
    const { inputs, ...sample } = chosenSample(choice, this.#dataset, this.#shown);
    const removal = { removed, mode, means: meanActivations(table, network) };
    return { ...sample, removed: removed.length, ...classifyInputs(network, inputs, removal) };
  }

  #networkOf(repeat: number) {
    const index = this.#networks.findIndex((network) => network.repeat === repeat);
    if (index === -1) throw new UsageError({ what: `there is no network of repeat ${repeat}` });
    return { network: this.#networks[index]!.network, table: this.#neurons[index]! };
  }

  async #probeOn(gpu: GpuContext, repeat: number): Promise<RemovalProbe> {
    if (this.#probe?.gpu === gpu && this.#probe.repeat === repeat) return this.#probe.probe;
    this.#probe?.probe[Symbol.dispose]();
    this.#probe = undefined;
    const { network, table } = this.#networkOf(repeat);
    const probe = await createRemovalProbe(
      gpu,
      network,
      { meanActivations: meanActivations(table, network) },
      this.#test.on(gpu),
    );
    this.#probe = { gpu, repeat, probe };
    return probe;
  }

  async #layerActivations(devices: Devices, repeat: number, layer: number): Promise<Float32Array> {
    if (this.#activations?.repeat === repeat && this.#activations.layer === layer) return this.#activations.values;
    const { network } = this.#networkOf(repeat);
    const values = await devices.attempt((gpu) => ({
      doing: `reading activations of repeat ${repeat}`,
      plan: "one network",
      run: async () => {
        using validation = splitOnDevice(gpu, this.#dataset, "validation");
        return await readActivations(gpu, network, validation, layer);
      },
    }));
    this.#activations = { repeat, layer, values };
    return values;
  }

  /** Not while an evaluation is under way. */
  [Symbol.dispose](): void {
    this.#probe?.probe[Symbol.dispose]();
    this.#test[Symbol.dispose]();
  }
}
