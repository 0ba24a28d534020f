/** What readers of network files take and give. A reader is one file that knows one format. */
import type { LayerActivation } from "../core/activation.ts";
import type { MeanAndDeviation } from "../core/channel-treatment.ts";
import type { LayerChain, WeightsLayout } from "../core/layer-chain.ts";

export { type WeightsLayout, weightsLayouts } from "../core/layer-chain.ts";

/** A file, and the files beside it. */
export interface ModelFiles {
  /** File name, for recognition and messages. For a folder of .npy files, any of them. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Names of all files in the same folder, this one included. */
  siblings(): Promise<readonly string[]>;
  /**
   * Bytes of a file in the same folder; undefined where there is none.
   * @throws RunError where all files together have more bytes than a network can be.
   */
  sibling(name: string): Promise<Uint8Array | undefined>;
}

/** What a file may leave unsaid. */
export interface ReadOptions {
  /** Of all hidden layers. */
  readonly activation?: LayerActivation;
  /**
   * The network takes (v - mean) / sd of the data's values v, of a byte b / 255: its `inputTreatment` says so. Lists hold one of
   * each for every channel: if the file does not say where channels are, the data do, as soon as the network is fitted to them.
   */
  readonly normalize?: MeanAndDeviation;
  readonly weightsLayout?: WeightsLayout;
}

export interface ReadChain {
  readonly chain: LayerChain;
  /** What was done or assumed beyond the file's letter, as sentences without full stop. */
  readonly notes: readonly string[];
}

export interface LoadedModel extends ReadChain {
  readonly format: string;
}

export interface ModelReader {
  /** Shown to users, for example `ONNX`. */
  readonly format: string;
  /** How names of its files end, in lower case. */
  readonly suffixes: readonly string[];
  /** Whether a file whose name says nothing begins as one of this format. */
  begins(bytes: Uint8Array): boolean;
  /** @throws RunError where the file is damaged or holds what is not understood, UsageError where an option is missing. */
  read(files: ModelFiles, options: ReadOptions): Promise<ReadChain>;
}
