/** The epochs of one training, each a study of its own: that of a training of so many epochs with the same settings, to the bit. */
import type { Dataset } from "../../src/core/dataset.ts";
import type { TrainedNetwork } from "../../src/core/network.ts";
import { inputOf } from "../../src/core/network-fit.ts";
import { withInputsOf } from "../../src/data/inputs/inputs-for-networks.ts";
import { downloadNetworks } from "../../src/passes/device-networks.ts";
import type { PartOrigin } from "../../src/study/part-names.ts";
import { partsInMemory } from "../../src/study/study.ts";
import type { StudyParts } from "../../src/study/study-parts.ts";
import type { TrainedEpoch } from "../../src/study/train-stage.ts";
import { learningWarnings } from "../../src/train/learning.ts";
import { EpochStore } from "./epoch-store.ts";
import type { KeptTraining } from "./kept-training.ts";
import type { LabDevice } from "./lab-device.ts";
import type { KeptEpochs, LabStudy } from "./lab-study.ts";
import type { TrainingRepeat } from "./protocol.ts";
import { measuredStudy } from "./study-sources.ts";

export class TrainedEpochs implements KeptEpochs {
  readonly training: KeptTraining;
  readonly dataset: Dataset;
  readonly #store: EpochStore;
  /** [repeats][epochs]: mean training loss, nats. */
  readonly #losses: number[][];

  constructor(training: KeptTraining, dataset: Dataset) {
    this.training = training;
    this.dataset = dataset;
    this.#store = new EpochStore(training.config.repeats);
    this.#losses = training.course.curves.map(({ loss }) => [...loss]);
  }

  /** With the networks that are kept. */
  static async reopened(training: KeptTraining, dataset: Dataset): Promise<TrainedEpochs> {
    const epochs = new TrainedEpochs(training, dataset);
    await training.networks((epoch, network) => epochs.#store.add(epoch, [network]));
    return epochs;
  }

  get id(): string {
    return this.training.id;
  }

  get kept(): readonly number[] {
    return this.#store.kept;
  }

  async add({ gpu, networks, repeats, epoch, losses }: TrainedEpoch): Promise<void> {
    const own = await downloadNetworks(gpu, networks);
    const trained = own.map((network, index) => {
      const repeat = repeats[index]!;
      this.#losses[repeat]![epoch] = losses[index]!;
      const trainLoss = this.#losses[repeat]!.slice(0, epoch + 1);
      return { repeat, network: { ...withInputsOf(network, this.dataset), ...inputOf(this.dataset) }, trainLoss };
    });
    this.#store.add(epoch + 1, trained);
  }

  /** Keeps what has come since the last time. */
  keep(curves: readonly TrainingRepeat[], trainMs: number): Promise<void> {
    return this.training.keep(this.#store, curves, trainMs);
  }

  /** Before a training is gone on with. */
  prepare(): Promise<void> {
    return this.training.prepare(this.#store);
  }

  study(device: LabDevice, epoch: number, origin: PartOrigin): Promise<LabStudy> {
    const networks = this.#store.networks(epoch);
    return this.#measured(device, epoch, networks, this.training.parts(epoch, origin, networks));
  }

  /** Of an epoch that another follows: what is computed of it is not kept. */
  passingStudy(device: LabDevice, epoch: number): Promise<LabStudy> {
    const networks = this.#store.networks(epoch);
    const config = { ...this.training.config, epochs: epoch };
    return this.#measured(device, epoch, networks, partsInMemory(device.devices, this.dataset, config, { networks }));
  }

  async #measured(
    device: LabDevice,
    epoch: number,
    networks: readonly TrainedNetwork[],
    parts: StudyParts,
  ): Promise<LabStudy> {
    const { course, config } = this.training;
    const elapsedMs = epoch === config.epochs ? { train: course.trainMs } : {};
    const study = await measuredStudy(device, { dataset: this.dataset }, parts, networks, {
      origin: "trained",
      label: "",
      provenance: { started: course.started, elapsedMs },
      warnings: learningWarnings(networks, this.dataset),
      notes: [],
    });
    return { ...study, epochs: this, epoch };
  }
}
