/** The epochs of one training, each a study of its own: that of a training of so many epochs with the same settings, to the bit. */
import type { Dataset } from "../../src/core/dataset.ts";
import { inputOf } from "../../src/core/network-fit.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import { withInputsOf } from "../../src/data/inputs/inputs-for-networks.ts";
import { downloadNetworks } from "../../src/passes/device-networks.ts";
import type { TrainedEpoch } from "../../src/study/train-stage.ts";
import { learningWarnings } from "../../src/train/learning.ts";
import { EpochStore } from "./epoch-store.ts";
import type { LabDevice } from "./lab-device.ts";
import type { KeptEpochs, LabStudy } from "./lab-study.ts";
import { measuredStudy } from "./study-sources.ts";

export class TrainedEpochs implements KeptEpochs {
  readonly id: number;
  readonly #dataset: Dataset;
  readonly #config: StudyConfig;
  readonly #started: string;
  readonly #store: EpochStore;
  /** [repeats][epochs]: mean training loss, nats. */
  readonly #losses: number[][];

  constructor(id: number, dataset: Dataset, config: StudyConfig, started: Date) {
    this.id = id;
    this.#dataset = dataset;
    this.#config = config;
    this.#started = started.toISOString();
    this.#store = new EpochStore(config.repeats);
    this.#losses = Array.from({ length: config.repeats }, () => []);
  }

  get kept(): readonly number[] {
    return this.#store.kept;
  }

  async keep({ gpu, networks, repeats, epoch, losses }: TrainedEpoch): Promise<void> {
    const own = await downloadNetworks(gpu, networks);
    const trained = own.map((network, index) => {
      const repeat = repeats[index]!;
      this.#losses[repeat]![epoch] = losses[index]!;
      const trainLoss = this.#losses[repeat]!.slice(0, epoch + 1);
      return { repeat, network: { ...withInputsOf(network, this.#dataset), ...inputOf(this.#dataset) }, trainLoss };
    });
    this.#store.add(epoch + 1, trained);
  }

  async study(device: LabDevice, epoch: number, trainMs?: number): Promise<LabStudy> {
    const networks = this.#store.networks(epoch);
    const elapsedMs = trainMs === undefined ? {} : { train: trainMs };
    const config = { ...this.#config, epochs: epoch };
    const study = await measuredStudy(device, { dataset: this.#dataset }, config, networks, {
      origin: "trained",
      label: "",
      provenance: { started: this.#started, elapsedMs },
      warnings: learningWarnings(networks, this.#dataset),
      notes: [],
    });
    return { ...study, epochs: this, epoch };
  }
}
