/** The slider over epochs: places among the epochs of one training, never of another. */
import { expect, test } from "vitest";
import { epochRequest, keptEpochs } from "../../../../web/ui/state/epochs.ts";
import { initialState, type LabState } from "../../../../web/ui/state/lab-state.ts";
import { defaultSettings, settingTexts } from "../../../../web/ui/state/settings.ts";

const empty = initialState(settingTexts(defaultSettings));

const shown = (training: string, epoch: number, kept: readonly number[]) =>
  ({ study: { about: { epoch: { training, shown: epoch, kept } } } }) as unknown as Pick<LabState, "study">;

test("places are of the networks on show, and those of the training that runs once one of its epochs is", () => {
  const state = { ...empty, ...shown("1", 2, [1, 2, 3]) };
  expect(keptEpochs(state)).toEqual({ kept: [1, 2, 3], place: 1 });
  const training: LabState = { ...state, phase: "training" };
  expect(keptEpochs(training)).toEqual({ kept: [], place: -1 });
  const begun = { ...training, epochs: { training: "2", kept: [1, 2] } };
  expect(keptEpochs(begun)).toEqual({ kept: [1, 2], place: -1 }); // epoch 2 on show is another training's
  expect(keptEpochs({ ...begun, ...shown("2", 2, [1, 2]) })).toEqual({ kept: [1, 2], place: 1 });
});

test("while networks train, the last place follows them", () => {
  const state: LabState = { ...empty, phase: "training", epochs: { training: "1", kept: [1, 3] } };
  expect(epochRequest(state, 0)).toEqual({ type: "epoch", epoch: 1 });
  expect(epochRequest(state, 1)).toEqual({ type: "epoch" });
  expect(epochRequest(state, 2)).toBeUndefined();
  expect(epochRequest({ ...state, phase: "ready", ...shown("1", 1, [1, 3]) }, 1)).toEqual({ type: "epoch", epoch: 3 });
});
