/** Verdicts on planted outcomes: each claim supported, contradicted and undecided as it should be. */
import { describe, expect, it } from "vitest";
import { analyse, analyseAll } from "../../../src/report/analysis/analyse.ts";
import type { Claim, StudyFiles } from "../../../src/report/analysis/analysis.ts";
import { cliffsDelta } from "../../../src/report/analysis/claims/layer-distributions.ts";
import { type Planted, type PlantedKind, plantedStudy } from "./planted-study.ts";

/** Small differences between networks, the same for all curves of a network. */
const network = (repeat: number) => 0.01 * Math.sin(7 * repeat + 1);

const claimOf = (files: StudyFiles, id: string): Claim => analyse(files).claims.find((claim) => claim.id === id)!;

/** The claim on ten networks with these areas. */
function onAreas(id: string, area: (kind: PlantedKind) => number, planted: Partial<Planted> = {}): Claim {
  return claimOf(plantedStudy({ repeats: 10, area: (kind) => area(kind) + network(kind.repeat), ...planted }), id);
}

/** +1 for low first, -1 for high first. */
const sign = ({ direction }: PlantedKind) => (direction === "high" ? -1 : 1);

describe("claim 1, that distributions change from layer to layer,", () => {
  it("rests on Cliff's delta", () => {
    expect(cliffsDelta([4, 5], [1, 2, 3])).toBe(1);
    expect(cliffsDelta([1, 2, 3], [4, 5])).toBe(-1);
    expect(cliffsDelta([1, 2], [1, 2])).toBe(0);
    // Of six pairs: 2 > 1, 2 = 2, 2 < 3, 3 > 1, 3 > 2, 3 = 3.
    expect(cliffsDelta([2, 3], [1, 2, 3])).toBeCloseTo(2 / 6, 15);
  });

  const bits =
    (differs: (measure: string) => number) => (measure: string, layer: number, neuron: number, repeat: number) =>
      1 + neuron / 10 + differs(measure) * layer + 0.03 * Math.sin(9 * repeat + 5 * neuron + 3 * layer);
  const study = (differs: (measure: string) => number) =>
    plantedStudy({ repeats: 10, hidden: [6, 6], bits: bits(differs) });

  it("is supported where every measure rises or falls, and names the direction", () => {
    const claim = claimOf(
      study((measure) => (measure === "entropy" ? -0.3 : 0.2)),
      "claim1",
    );
    expect(claim).toMatchObject({ verdict: "supported", figure: "figure-2" });
    expect(claim.parts.map(({ name }) => name)).toEqual([
      "Entropy: layer 2 below layer 1",
      "Mutual information: layer 2 above layer 1",
      "KL selectivity: layer 2 above layer 1",
    ]);
    expect(claim.parts.every(({ effect }) => effect.mean > 0)).toBe(true);
    expect(claim.effect!.mean).toBe(Math.min(...claim.parts.map(({ effect }) => effect.mean)));
    expect(claim.p).toBe(2 / 1024);
  });

  it("is undecided where one measure stays", () => {
    const claim = claimOf(
      study((measure) => (measure === "entropy" ? 0 : 0.2)),
      "claim1",
    );
    expect(claim.verdict).toBe("undecided");
    expect(claim.reason).toMatch(/^Entropy: .* which is not below 0\.05\.$/);
  });

  it("cannot be decided on one hidden layer", () => {
    const claim = claimOf(plantedStudy({ repeats: 10, hidden: [6], bits: () => 1 }), "claim1");
    expect(claim).toMatchObject({ verdict: "undecided", parts: [] });
    expect(claim.reason).toMatch(/--hidden/);
    expect(claim).not.toHaveProperty("effect");
  });
});

describe("claim 2, that ablation in the deeper layer costs less,", () => {
  const deeper = (gain: number) => (kind: PlantedKind) => 0.6 + (kind.scope === "layer2" ? gain : 0);

  it("is supported, contradicted or undecided by the areas of the layers", () => {
    const supported = onAreas("claim2", deeper(0.1));
    expect(supported).toMatchObject({ verdict: "supported", p: 2 / 1024 });
    expect(supported.effect!.mean).toBeCloseTo(0.1, 4);
    const contradicted = onAreas("claim2", deeper(-0.1));
    expect(contradicted.verdict).toBe("contradicted");
    expect(contradicted.effect!.mean).toBeCloseTo(-0.1, 4);
    const undecided = onAreas(
      "claim2",
      (kind) => deeper(0)(kind) + (kind.scope === "layer2" ? network(3 * kind.repeat) : 0),
    );
    expect(undecided).toMatchObject({ verdict: "undecided" });
    expect(undecided.reason).toMatch(/interval .* p = .*, which is not below/);
  });

  it("takes mean ablation where there is a choice, and says which mode it took", () => {
    const area = (kind: PlantedKind) => deeper(kind.mode === "mean" ? 0.1 : -0.1)(kind);
    expect(onAreas("claim2", area).verdict).toBe("supported");
    const zero = onAreas("claim2", area, { modes: ["zero"] });
    expect(zero.verdict).toBe("contradicted");
    expect(zero.statistic).toContain("zero ablation");
  });
});

describe("claim 3, that KL selectivity is the best in the deeper layer,", () => {
  const better = (overInformation: number, overEntropy: number) => (kind: PlantedKind) =>
    kind.scope === "layer2" && kind.direction === "low"
      ? 0.7 - (kind.measure === "entropy" ? overEntropy : kind.measure === "mutual_information" ? overInformation : 0)
      : 0.5;

  it("needs both others to be worse: the smaller difference and the larger p decide", () => {
    const claim = onAreas("claim3", better(0.01, 0.05));
    expect(claim.verdict).toBe("supported");
    expect(claim.effect!.mean).toBeCloseTo(0.01, 4);
    expect(claim.parts.map(({ name }) => name)).toEqual([
      "KL selectivity minus Mutual information",
      "KL selectivity minus Entropy",
    ]);
  });

  it("is contradicted by one that is better, at twice that one's p", () => {
    const claim = onAreas("claim3", better(-0.03, 0.05));
    expect(claim).toMatchObject({ verdict: "contradicted", p: 4 / 1024 });
    expect(claim.reason).toMatch(/^KL selectivity minus Mutual information is \u22120\.03/);
  });

  it("is lacking where one of the three has no curves", () => {
    const files = plantedStudy({ repeats: 10, area: better(0.01, 0.05) });
    const curves = files.curves!.filter(({ order }) => order.measure !== "entropy");
    expect(claimOf({ ...files, curves }, "claim3")).toMatchObject({ verdict: "undecided", parts: [] });
  });

  it("lets an indifferent part not be saved by a clear one", () => {
    const noise = (kind: PlantedKind) => (kind.measure === "kl_selectivity" ? 0.003 * Math.sin(5 * kind.repeat) : 0);
    const claim = onAreas("claim3", (kind) => better(0, 0.05)(kind) + noise(kind));
    expect(claim.verdict).toBe("undecided");
    expect(claim.p).toBeGreaterThan(0.05);
  });
});

describe("claim 4, that class-dependent measures are tied to accuracy more strongly,", () => {
  const separating = (entropy: number, information: number, selectivity: number) => (kind: PlantedKind) =>
    0.6 +
    sign(kind) *
      (kind.measure === "entropy" ? entropy : kind.measure === "mutual_information" ? information : selectivity);

  it("compares low first with high first", () => {
    const claim = onAreas("claim4", separating(0.01, 0.04, 0.05));
    expect(claim.verdict).toBe("supported");
    expect(claim.parts.map(({ effect }) => Number(effect.mean.toFixed(3)))).toEqual([0.06, 0.08]);
  });

  it("is contradicted where entropy separates more, and lacking without curves of layers", () => {
    expect(onAreas("claim4", separating(0.1, 0.04, 0.15)).verdict).toBe("contradicted");
    const claim = onAreas("claim4", separating(0.01, 0.04, 0.05), { scopes: ["network"] });
    expect(claim).toMatchObject({ verdict: "undecided", parts: [] });
    expect(claim.reason).toContain("--scopes layers");
  });
});

describe("that jointly every measure is worse than random", () => {
  const joint = (best: number) => (kind: PlantedKind) =>
    kind.scope !== "network" || kind.measure === "random" ? 0.7 : kind.measure === "kl_selectivity" ? best : 0.5;

  it("is supported where all are, and contradicted by one that is better", () => {
    const supported = onAreas("joint-worse-than-random", joint(0.65));
    expect(supported).toMatchObject({ verdict: "supported", figure: "figure-3" });
    expect(supported.effect!.mean).toBeCloseTo(0.05, 4);
    expect(onAreas("joint-worse-than-random", joint(0.75)).verdict).toBe("contradicted");
  });

  it("cannot be decided without random orders", () => {
    expect(onAreas("joint-worse-than-random", joint(0.65), { draws: 0 }).reason).toContain("--random-draws");
  });
});

describe("a verdict", () => {
  const area = (kind: PlantedKind) => 0.6 + (kind.scope === "layer2" ? 0.1 : 0);

  it("is out of reach of five networks, and says how many can decide", () => {
    // Claims 2, 3, 4 and the joint one have curves: 4 * 2 / 32 = 0.25, and 4 * 2 / 2^n < 0.05 from n = 8 on.
    const claim = onAreas("claim2", area, { repeats: 5 });
    expect(claim).toMatchObject({ verdict: "undecided", p: 2 / 32 });
    expect(claim.reason).toBe(
      "5 repeats: the smallest attainable p is 2/32, after Holm's correction over 4 tests 0.25; 8 or more repeats can decide.",
    );
    expect(onAreas("claim2", area, { repeats: 7 }).reason).toMatch(
      /^7 repeats: the smallest attainable p is 2\/128, .* 8 or/,
    );
    expect(onAreas("claim2", area, { repeats: 8 }).verdict).toBe("supported");
  });

  it("is not given on one network, though the effect is", () => {
    const claim = onAreas("claim2", area, { repeats: 1 });
    expect(claim.effect).toEqual({ mean: expect.closeTo(0.1, 4), repeats: 1 });
    expect(claim).not.toHaveProperty("p");
    expect(claim.reason).toBe("1 repeat: the smallest attainable p is 1; 8 or more repeats can decide.");
  });

  it("is corrected for the claims of all studies of a report", () => {
    const files = plantedStudy({ repeats: 8, area: (kind) => area(kind) + network(kind.repeat) });
    const [alone] = analyseAll([files]);
    const [together] = analyseAll([files, files]);
    expect(alone!.claims[1]).toMatchObject({ holm: 8 / 256, verdict: "supported" });
    expect(together!.claims[1]).toMatchObject({ holm: 16 / 256, verdict: "undecided" });
  });
});

describe("claim 5, that all this depends on the activation,", () => {
  type Options = {
    readonly gain: number;
    readonly separation: number;
    readonly repeats?: number;
    readonly config?: Planted["config"];
  };
  function study(
    activation: "sigmoid" | "relu" | "tanh",
    { gain, separation, repeats = 5, config }: Options,
  ): StudyFiles {
    const area = (kind: PlantedKind) =>
      0.5 +
      (kind.mode === "mean" ? gain + network(kind.repeat) : 0) +
      (kind.measure === "entropy" || kind.measure === "random"
        ? 0
        : sign(kind) * (separation + network(kind.repeat + 50)));
    return plantedStudy({ repeats, area, config: { activation, ...config } }, activation);
  }
  const claim5 = (...studies: StudyFiles[]) => analyseAll(studies).map(({ claims }) => claims[4]!);
  const sigmoid = study("sigmoid", { gain: 0.2, separation: 0.05, repeats: 8 });

  it("is decided across studies, the same in each of them", () => {
    const [first, second] = claim5(sigmoid, study("relu", { gain: 0.02, separation: 0.01, repeats: 8 }));
    expect(first).toStrictEqual(second);
    // Of the 12,870 divisions of 16 networks in halves, two.
    expect(first).toMatchObject({ id: "claim5", verdict: "supported", p: 2 / 12870 });
    expect(first!.parts.map(({ name }) => name)).toEqual([
      "gain of mean over zero ablation: sigmoid above relu",
      "separation of I and KL minus entropy: sigmoid above relu",
    ]);
    expect(first!.parts[0]!.effect.mean).toBeCloseTo(0.18, 3);
    expect(first!.parts[1]!.effect.mean).toBeCloseTo(0.08, 3);
    expect(first!.effect!.interval!.low).toBeGreaterThan(0);
  });

  it("counts once among the claims that Holm's correction is for", () => {
    const [first] = claim5(sigmoid, study("relu", { gain: 0.02, separation: 0.01, repeats: 8 }));
    expect(first!.holm! / first!.p!).toBeCloseTo(9, 10);
  });

  it("needs both to differ", () => {
    const [claim] = claim5(sigmoid, study("relu", { gain: 0.02, separation: 0.05, repeats: 8 }));
    expect(claim!.verdict).toBe("undecided");
  });

  it("says what to run where one activation is given", () => {
    expect(claim5(sigmoid)[0]).toMatchObject({
      verdict: "undecided",
      parts: [],
      reason: "All networks are sigmoid: run the same study with --activation relu and report both folders together.",
    });
  });

  it("is not decided between studies that differ in more than the activation", () => {
    const other = study("relu", { gain: 0.02, separation: 0.01, config: { epochs: 9, l2: 0.5 } });
    expect(claim5(sigmoid, other)[0]!.reason).toContain("(epochs, l2)");
  });

  it("needs curves in both modes from every study", () => {
    const relu = study("relu", { gain: 0.02, separation: 0.01 });
    const curves = relu.curves!.filter(({ mode }) => mode === "mean");
    expect(claim5(sigmoid, { ...relu, curves })[0]).toMatchObject({
      verdict: "undecided",
      parts: [],
      reason: expect.stringContaining("both modes"),
    });
  });

  it("counts a network once, though its folder is given twice", () => {
    const relu = study("relu", { gain: 0.02, separation: 0.01, repeats: 3 });
    const three = study("sigmoid", { gain: 0.2, separation: 0.05, repeats: 3 });
    const [claim] = claim5(three, three, relu, relu);
    expect(claim!.p).toBe(2 / 20);
    expect(claim!.reason).toMatch(/^3 and 3 networks: the smallest attainable p is 0\.1,/);
  });

  it("compares three activations by the largest and the smallest", () => {
    const [claim] = claim5(
      sigmoid,
      study("tanh", { gain: 0.1, separation: 0.03 }),
      study("relu", { gain: 0.02, separation: 0.01 }),
    );
    expect(claim!.parts[0]!.name).toContain("sigmoid above relu");
    expect(claim!.parts[0]!.effect.mean).toBeCloseTo(0.18, 2);
  });
});
