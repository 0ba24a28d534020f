/** The epochs of the training on show: back to any of them, while the networks train and afterwards. */
import { useState } from "preact/hooks";
import type { LabRequest } from "../../engine/protocol.ts";
import { epochRequest, keptEpochs } from "../state/epochs.ts";
import type { LabState } from "../state/lab-state.ts";

interface EpochSliderProps {
  readonly state: LabState;
  readonly send: (request: LabRequest) => void;
}

const HELP =
  "All that is shown is of the networks after this epoch. While they train, another epoch is shown when the one under way " +
  "ends; the last place follows the training. Where epochs take more than 256 MiB, every second one is kept.";

export function EpochSlider({ state, send }: EpochSliderProps) {
  const [pointed, point] = useState<number>();
  const { kept, place: shown } = keptEpochs(state);
  const last = kept.length - 1;
  const place = Math.min(last, pointed ?? shown);
  const choose = (index: number) => {
    point(undefined);
    const request = epochRequest(state, index);
    if (request !== undefined) send(request);
  };
  return (
    <label class="epoch-slider numbers" title={HELP}>
      <span>
        Epoch <output>{kept[place] ?? "–"}</output>
      </span>
      <input
        type="range"
        min={0}
        max={Math.max(0, last)}
        value={Math.max(0, place)}
        disabled={kept.length < 2}
        onInput={(event) => point(Number(event.currentTarget.value))}
        onChange={(event) => choose(Number(event.currentTarget.value))}
      />
    </label>
  );
}
