/** groups.csv, written and read back, and what a report makes of it. */
import { describe, expect, test } from "vitest";
import type { NetworkGroups, NeuronGroup } from "../../../src/core/groups.ts";
import { GroupDoubts } from "../../../src/pairs/group-doubts.ts";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import { groupSummaries } from "../../../src/report/analysis/group-summaries.ts";
import { csvText } from "../../../src/report/files/csv.ts";
import { groupsTable, parseGroupsCsv } from "../../../src/report/files/groups-file.ts";
import { groupsSection } from "../../../src/report/page/groups-section.ts";
import { faultOf } from "../../support/fault-of.ts";
import { madeUpStudyFiles } from "../made-up-classes.ts";
import { textOf } from "../made-up-study.ts";

const known: NeuronGroup = {
  layer: 1,
  ranking: "most_informative",
  neurons: Uint32Array.of(4, 0, 12),
  states: 8,
  joint: 1.25,
  bias: 0.0625,
  chance: 0.075,
  redundancyDegree: 1.5,
  vulnerabilityDegree: 0.1,
  oInformation: -0.3,
  oInformationBias: -0.002,
  totalCorrelation: 0.4,
  totalCorrelationBias: 0.001,
};
const { redundancyDegree: _, vulnerabilityDegree: __, ...unknown } = known;
const nothing: NeuronGroup = { ...unknown, ranking: "random", joint: 0, chance: 0, bias: 0, states: 1 };
const networks: readonly NetworkGroups[] = [
  { repeat: 0, levels: 2, groups: [known, nothing] },
  {
    repeat: 3,
    levels: 2,
    groups: [
      { ...known, joint: 0.75, chance: 0.025, vulnerabilityDegree: 0.3 },
      { ...known, ranking: "random" },
    ],
  },
];
const text = textOf(csvText(groupsTable, networks));

test("has a row for each ranking, with neurons in the order of the ranking", () => {
  expect(text.split("\n").slice(0, 3)).toEqual([
    "repeat,layer,ranking,k,neurons,levels,states,joint_information_bits,redundancy_degree,vulnerability_degree," +
      "o_information_bits,total_correlation_bits,bias_joint_information_bits,chance_joint_information_bits," +
      "bias_o_information_bits,bias_total_correlation_bits",
    "0,1,most_informative,3,4 0 12,2,8,1.25,1.5,0.1,-0.3,0.4,0.0625,0.075,-0.002,0.001",
    "0,1,random,3,4 0 12,2,1,0,,,-0.3,0.4,0,0,-0.002,0.001",
  ]);
});

test("what is written is read back the same", () => {
  expect(parseGroupsCsv(text)).toEqual(networks);
});

describe("a damaged file is refused with its line", () => {
  test.each([
    ["3,4 0 12", "3,4 0", "3 different whole numbers with blanks between them", "4 0"],
    ["3,4 0 12", "3,4 0 4", "3 different whole numbers with blanks between them", "4 0 4"],
    ["3,4 0 12", "3,4  0 12", "3 different whole numbers with blanks between them", "4  0 12"],
    ["most_informative", "most-informative", "letters, digits and _", "most-informative"],
    [",1.25,", ",1.25 bits,", "a finite decimal number", "1.25 bits"],
  ])("%s as %s", async (from, to, expected, found) => {
    const fault = await faultOf((async () => parseGroupsCsv(text.replace(from, to)))());
    expect(fault).toMatchObject({ where: "groups.csv, line 2", expected, found });
  });

  test("and levels that differ within a network", async () => {
    const fault = await faultOf((async () => parseGroupsCsv(text.replace("4 0 12,2,1,0", "4 0 12,4,1,0")))());
    expect(fault).toMatchObject({ where: "groups.csv, line 3", what: "levels differ", expected: "2", found: "4" });
  });
});

test("summaries are means over networks; degrees are left out where one network has none", () => {
  const [first, second, ...others] = groupSummaries(networks);
  expect(others).toEqual([]);
  expect(first).toMatchObject({ layer: 1, ranking: "most_informative", size: 3, chance: 0.05, redundancyDegree: 1.5 });
  expect(first!.joint.mean).toBe(1);
  expect(first!.vulnerabilityDegree).toBeCloseTo(0.2, 12);
  expect(second).toMatchObject({ ranking: "random" });
  expect(second).not.toHaveProperty("redundancyDegree");
});

test("a report says of a group that was searched for that chance alone lets it exceed what is beside it", () => {
  const analysis = analyse(madeUpStudyFiles("a"));
  const shown = (rankings: readonly string[]) => {
    const own = groupSummaries(networks).filter(({ ranking }) => rankings.includes(ranking));
    return groupsSection([{ ...analysis, groupSummaries: own }])!.content.text;
  };
  const note = "</table></div><p>Chance is that of a group that was fixed beforehand.";
  expect(shown(["most_informative", "random"])).toContain(note);
  expect(shown(["random"])).not.toContain("fixed beforehand");
});

test("doubts are groups to which permuted labels give more than a tenth, the worst as an example", () => {
  const doubts = new GroupDoubts();
  doubts.add(networks[0]!);
  expect(doubts.warnings(500)).toEqual([]);
  doubts.add({
    repeat: 1,
    levels: 8,
    groups: [{ ...known, chance: 0.126 }, { ...known, chance: 0.6, states: 320 }, known],
  });
  expect(doubts.warnings(500)).toEqual([
    "500 validation samples are few for groups of 3 neurons: in 2 of 5 groups permuted labels give more than a tenth of the " +
      "information (at most 0.60 of 1.25 bits, with 320 joint states; columns chance_* and bias_* of groups.csv); ask for smaller " +
      "--groups, fewer --bits or more data",
  ]);
});
