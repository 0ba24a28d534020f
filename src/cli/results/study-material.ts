/** Data and devices of the studies of a process: the next one gets those of the one before where it asks for the same. */
import type { Dataset } from "../../core/dataset.ts";
import type { StudyConfig } from "../../core/study.ts";
import { requireTrainable } from "../../data/splits/require-trainable.ts";
import type { Devices } from "../../gpu/device/devices.ts";
import { inStage, type Profiler } from "../../gpu/profile/profiler.ts";
import { type DeviceChoice, openDevices } from "../../host/open-device.ts";
import { readStudyData } from "../../host/study-data.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import { showDataset } from "./study-output.ts";

interface Profiled {
  readonly profiler?: Profiler;
}

/** What decides what is read. */
function dataKey(config: StudyConfig): string {
  const { data, label, noHeader, drop, classes, split, normalize, standardize } = config;
  return JSON.stringify([data, label, noHeader, drop, classes, split, normalize, standardize]);
}

const deviceKey = ({ adapter, memory, tiles }: DeviceChoice) => JSON.stringify([adapter, memory, tiles]);

/** Its devices are given back with it. */
export class StudyMaterial implements Disposable {
  #data: { readonly key: string; readonly dataset: Dataset } | undefined;
  #devices: { readonly key: string; readonly devices: Devices } | undefined;

  /** @throws as `readStudyData` and `requireTrainable` */
  async dataset(config: StudyConfig, display: ProgressDisplay, profiled: Profiled = {}): Promise<Dataset> {
    const key = dataKey(config);
    if (this.#data?.key === key) return this.#data.dataset;
    this.#data = undefined; // Two data sets may be too many for the memory.
    const dataset = await inStage(profiled, "data", () => readStudyData(config, display.line));
    requireTrainable(dataset, "run");
    this.#data = { key, dataset };
    showDataset(dataset, display);
    return dataset;
  }

  /** @throws as `openDevices` */
  async devices(choice: DeviceChoice, display: ProgressDisplay, profiled: Profiled = {}): Promise<Devices> {
    const key = deviceKey(choice);
    if (this.#devices?.key === key) return this.#devices.devices;
    this[Symbol.dispose]();
    const devices = await inStage(profiled, "adapter", () => openDevices(choice, display, profiled));
    this.#devices = { key, devices };
    return devices;
  }

  [Symbol.dispose](): void {
    this.#devices?.devices[Symbol.dispose]();
    this.#devices = undefined;
  }
}
