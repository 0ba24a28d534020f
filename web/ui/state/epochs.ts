/** The epochs that can be gone back to: of the training that runs, else of the networks on show. */
import type { LabRequest } from "../../engine/protocol.ts";
import type { LabState } from "./lab-state.ts";

/** Epochs whose networks are kept, ascending, and the place among them of the one on show; -1 where there is none. */
export function keptEpochs({ study, phase, epochs }: LabState): {
  readonly kept: readonly number[];
  readonly place: number;
} {
  const epoch = study?.about.epoch;
  if (phase !== "training") return { kept: epoch?.kept ?? [], place: epoch?.kept.indexOf(epoch.shown) ?? -1 };
  const kept = epochs?.kept ?? [];
  // Until the first epoch of a training is on show, the networks of the one before are.
  return { kept, place: epoch !== undefined && epoch.training === epochs?.training ? kept.indexOf(epoch.shown) : -1 };
}

/** What a place among the kept epochs asks for: while networks train, the last place follows the training. */
export function epochRequest(state: LabState, place: number): LabRequest | undefined {
  const { kept } = keptEpochs(state);
  const epoch = kept[place];
  if (epoch === undefined) return undefined;
  return state.phase === "training" && place === kept.length - 1 ? { type: "epoch" } : { type: "epoch", epoch };
}
