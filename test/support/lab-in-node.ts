/** The lab in this process, on a device of this machine: quick to start, and its device can be taken away. */
import type { BrowserScope } from "../../src/platform/browser/adapter.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";
import { Lab } from "../../web/engine/lab.ts";
import type { GivenFile, LabNotice, LabRequest, LabSettings } from "../../web/engine/protocol.ts";
import type { LabStorage } from "../../web/engine/training-archive.ts";
import { testAdapterName } from "./gpu.ts";
import { type IdxFiles, tinyIdxFiles } from "./idx-folders.ts";
import { MemoryFolders } from "./memory-folders.ts";

type Notice<T extends LabNotice["type"]> = Extract<LabNotice, { readonly type: T }>;

export interface LabInNode {
  send(request: LabRequest): void;
  /** The next notice of this type, from now on. */
  next<T extends LabNotice["type"]>(type: T): Promise<Notice<T>>;
  /** All so far. */
  readonly notices: readonly LabNotice[];
  /** Destroys the device in use, as a driver that restarts does. */
  loseDevice(): void;
}

function lose(device: GPUDevice): void {
  if (shared === device) shared = undefined;
  device.destroy();
}

export function givenFiles(files: IdxFiles, folder = "bands"): GivenFile[] {
  return [...files].map(([name, bytes]) => ({
    path: `${folder}/${name}`,
    content: new Blob([bytes as Uint8Array<ArrayBuffer>]),
  }));
}

/** Of the labs of a test file, until one of them loses it. */
let shared: GPUDevice | undefined;

/**
 * Pipelines that were made once are given again: on a software adapter they take longer than all that these labs compute.
 * What pipelines are made of is told apart by its text, and by the objects that it names.
 */
function rememberPipelines(device: GPUDevice): void {
  const numbers = new Map<unknown, number>();
  const keyOf = (descriptor: unknown) =>
    JSON.stringify(descriptor, (_, value) => (numbers.has(value) ? `object ${numbers.get(value)}` : value));
  for (const name of [
    "createShaderModule",
    "createBindGroupLayout",
    "createPipelineLayout",
    "createComputePipelineAsync",
  ] as const) {
    const make = device[name].bind(device) as (descriptor: unknown) => unknown;
    const made = new Map<string, unknown>();
    const remembered = (descriptor: unknown) => {
      const key = keyOf(descriptor);
      if (!made.has(key)) made.set(key, make(descriptor));
      numbers.set(made.get(key), numbers.get(made.get(key)) ?? numbers.size);
      return made.get(key);
    };
    Object.defineProperty(device, name, { value: remembered });
  }
}

/** What a browser offers, as far as the lab asks. @param made told of every device */
function browserScope(made: (device: GPUDevice) => void): BrowserScope {
  const requestAdapter = async () => {
    const { adapter } = await openAdapter({ name: testAdapterName });
    const requestDevice = async (descriptor?: GPUDeviceDescriptor) => {
      if (shared === undefined) {
        const own = await adapter.requestDevice(descriptor);
        shared = own;
        rememberPipelines(own);
        void own.lost.then(() => {
          if (shared === own) shared = undefined;
        });
      }
      made(shared);
      return shared;
    };
    const { info, features, limits } = adapter;
    return { info, features, limits, requestDevice };
  };
  // As much of WebGPU as is used: the device is a real one.
  const gpu = { requestAdapter } as unknown as GPU;
  return { isSecureContext: true, navigator: { userAgent: "a test", gpu } };
}

/**
 * An opened lab without the embedded digits, which its page's folder would hold: `open` ends with that fault.
 * @param onNotice told of every notice
 * @param storage in which trainings are kept; by default one that ends with the lab
 */
export async function openLab(
  scope?: BrowserScope,
  onNotice: (notice: LabNotice) => void = () => {},
  storage: LabStorage = { open: async () => new MemoryFolders() },
): Promise<LabInNode> {
  const devices: GPUDevice[] = [];
  const notices: LabNotice[] = [];
  const waiting = new Set<(notice: LabNotice) => void>();
  const lab = new Lab(scope ?? browserScope((device) => devices.push(device)), storage, "0.0.0", (notice) => {
    notices.push(notice);
    onNotice(notice);
    for (const told of [...waiting]) told(notice);
  });
  const next = <T extends LabNotice["type"]>(type: T) =>
    new Promise<Notice<T>>((resolve) => {
      const told = (notice: LabNotice) => {
        if (notice.type !== type) return;
        waiting.delete(told);
        resolve(notice as Notice<T>);
      };
      waiting.add(told);
    });
  const opened = Promise.all([next("adapter"), next("fault")]);
  lab.receive({ type: "open", base: "http://127.0.0.1:9/" });
  await opened;
  return { send: (request) => lab.receive(request), next, notices, loseDevice: () => lose(devices.at(-1)!) };
}

/** Resolves when nothing runs any more. */
export async function settled(lab: LabInNode): Promise<void> {
  for (let phase = await lab.next("phase"); phase.phase !== "ready"; phase = await lab.next("phase"));
}

/** A study of the tiny data set that is trained in moments. */
export const tinyLabSettings: LabSettings = {
  hidden: [7, 5],
  activation: "sigmoid",
  epochs: 3,
  repeats: 2,
  seed: 0,
  batchSize: 16,
  learningRate: 0.1,
  l2: 1e-5,
  noisyLabels: 0,
  bits: 1,
  bins: "equal-width",
  singles: "all",
};

/** An opened lab with the tiny data set. */
export async function openTinyLab(storage?: LabStorage): Promise<LabInNode> {
  const lab = await openLab(undefined, undefined, storage);
  const loaded = lab.next("phase"); // `ready`, after the data
  lab.send({ type: "load", files: givenFiles(tinyIdxFiles()) });
  await loaded;
  return lab;
}
