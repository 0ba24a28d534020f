/** Progress as plain records; who shows them (terminal, page, nobody) is decided at the edge. */

export const stages = ["data", "adapter", "train", "measure", "ablate"] as const;
export type Stage = (typeof stages)[number];

export interface ProgressEvent {
  readonly stage: Stage;
  /** Units done and to do; what a unit is stands in `unit`. */
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** One short line for humans, for example the latest loss. */
  readonly note?: string;
}

export type ProgressListener = (event: ProgressEvent) => void;
