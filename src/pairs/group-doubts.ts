/** What makes the information of groups doubtful: joint states so many that chance alone gives much of it. */
import type { NetworkGroups, NeuronGroup } from "../core/groups.ts";

/** Of what a group knows, the share that permuted labels may give without a warning. */
const MOST_CHANCE = 0.1;

/** Gathers doubts of one network after another. */
export class GroupDoubts {
  #groups = 0;
  #doubtful = 0;
  #worst: NeuronGroup | undefined;

  add({ groups }: NetworkGroups): void {
    for (const group of groups) {
      this.#groups++;
      if (group.chance <= MOST_CHANCE * group.joint) continue;
      this.#doubtful++;
      if (this.#worst === undefined || group.chance > this.#worst.chance) this.#worst = group;
    }
  }

  /** Sentences without full stop. @param samples of the validation set */
  warnings(samples: number): string[] {
    if (this.#worst === undefined) return [];
    const { chance, joint, states, neurons } = this.#worst;
    return [
      `${samples} validation samples are few for groups of ${neurons.length} neurons: in ${this.#doubtful} of ${this.#groups} groups permuted ` +
        `labels give more than a tenth of the information (at most ${chance.toFixed(2)} of ${joint.toFixed(2)} bits, with ${states} joint states; ` +
        "columns chance_* and bias_* of groups.csv); ask for smaller --groups, fewer --bits or more data",
    ];
  }
}
