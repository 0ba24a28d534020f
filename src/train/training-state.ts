/** Networks in the middle of their training as plain data, from which it goes on on any device without a bit's difference. */
import type { GpuContext } from "../gpu/device/context.ts";
import { type DeviceArray, readAll } from "../gpu/device/device-array.ts";
import type { DeviceNetworks } from "../passes/device-networks.ts";
import type { TrainingStep } from "./training-step.ts";

/** One network after some epochs; a step depends on nothing else, since shuffles are functions of seed and epoch. */
export interface TrainingState {
  readonly repeat: number;
  /** [epochs done]: mean training loss, nats. */
  readonly trainLoss: readonly number[];
  /** [arrays of `stateArrays`]: rows as they lie on the device. */
  readonly arrays: readonly Float32Array[];
}

/** Per layer [networks, rows, lanes]: all parameters, all first moments, all second moments. */
function stateArrays(networks: DeviceNetworks, step: TrainingStep): readonly DeviceArray<"f32", 3>[] {
  return [networks.parameters, step.firstMoments, step.secondMoments].flat();
}

/** Copies the state of all networks to the host, in one wait. @param losses [networks][epochs done] */
export async function saveState(
  gpu: GpuContext,
  networks: DeviceNetworks,
  step: TrainingStep,
  repeats: readonly number[],
  losses: readonly (readonly number[])[],
): Promise<TrainingState[]> {
  const whole = await readAll(gpu, stateArrays(networks, step));
  return repeats.map((repeat, index) => {
    // A network may be trained on in other company, so each keeps rows of its own.
    const own = (values: Float32Array) => {
      const length = values.length / repeats.length;
      return values.slice(index * length, (index + 1) * length);
    };
    return { repeat, trainLoss: [...losses[index]!], arrays: whole.map(own) };
  });
}

/** Puts the networks and their optimiser where they were. @param states [networks] */
export function restoreState(
  gpu: GpuContext,
  networks: DeviceNetworks,
  step: TrainingStep,
  states: readonly TrainingState[],
): void {
  for (const [at, { buffer }] of stateArrays(networks, step).entries()) {
    for (const [index, { arrays }] of states.entries()) {
      const rows = arrays[at]!;
      gpu.device.queue.writeBuffer(buffer, index * rows.byteLength, rows as BufferSource);
    }
  }
}

/** Training that is under way, by repeat; what a device that is lost does not take along. */
export class KeptStates {
  readonly #states = new Map<number, TrainingState>();

  keep(states: readonly TrainingState[]): void {
    for (const state of states) this.#states.set(state.repeat, state);
  }

  forget(repeats: readonly number[]): void {
    for (const repeat of repeats) this.#states.delete(repeat);
  }

  epochsDone(repeat: number): number {
    return this.#states.get(repeat)?.trainLoss.length ?? 0;
  }

  /** Those of `repeats`, from the first on, that are equally far: only such are trained together. */
  abreast(repeats: readonly number[]): number[] {
    const end = repeats.findIndex((repeat) => this.epochsDone(repeat) !== this.epochsDone(repeats[0]!));
    return repeats.slice(0, end === -1 ? repeats.length : end);
  }

  /** Empty where nothing is kept of them. */
  of(repeats: readonly number[]): TrainingState[] {
    return repeats.flatMap((repeat) => this.#states.get(repeat) ?? []);
  }
}
