import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { RunError } from "../../../src/core/errors.ts";
import {
  parseStudyFile,
  requireRecordable,
  studyFileText,
  studyJsonSchema,
} from "../../../src/report/files/study-file.ts";
import { madeUpStudy } from "../made-up-study.ts";

const study = madeUpStudy();
const text = studyFileText(study);
const { config, dataset, provenance, repeats } = study;

const shipped = JSON.parse(readFileSync(new URL("../../../schema/study.schema.json", import.meta.url), "utf8"));
/** Formats are left to the patterns that stand beside them. */
const conforms = new Ajv2020({ strict: true, allErrors: true, validateFormats: false }).compile(shipped);

/** study.json with one piece of text replaced. */
function damaged(from: string | RegExp, to: string): string {
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  return changed;
}

describe("study.json", () => {
  it("reads back as what was written, under its schema's name", () => {
    expect(parseStudyFile(text)).toStrictEqual({
      schema: "gpu-importance/study/1",
      config,
      dataset,
      provenance,
      repeats,
    });
  });

  it.each([
    [{ mean: -0.1307, sd: 0.3081 }, true],
    [{ mean: [0.4914, 0.4822, 0.4465], sd: [0.247, 0.2435, 0.2616] }, true],
    [{ mean: [1, 2], sd: 3 }, false],
    [{ mean: [1, 2], sd: [3, 0] }, false],
    [{ mean: 1 }, false],
  ])("holds a mean and a deviation of all inputs or of each channel: %j", (normalize, fits) => {
    const content = JSON.stringify({ ...JSON.parse(text), config: { ...config, normalize } });
    expect(conforms(JSON.parse(content))).toBe(fits);
    if (fits) expect(parseStudyFile(content).config.normalize).toEqual(normalize);
    else expect(() => parseStudyFile(content)).toThrow(/does not fit at config.normalize/);
  });

  it("says before anything is computed what it could not hold", () => {
    expect(() => requireRecordable(config)).not.toThrow();
    const strange = { ...config, singles: "" as "none" };
    expect(() => requireRecordable(strange)).toThrow(/config of study\.json: the content does not fit at singles/);
  });

  it("holds the files of networks in place of how they were trained, and not neither", () => {
    const { epochs, batchSize, learningRate, l2, ...shared } = config;
    const analysis = { ...shared, models: ["a.onnx"], assumedActivation: "relu", quantizeThreshold: -1 } as const;
    const written = studyFileText({ ...study, config: analysis });
    expect(parseStudyFile(written).config).toStrictEqual(analysis);
    expect(conforms(JSON.parse(written)), JSON.stringify(conforms.errors)).toBe(true);
    expect(() => studyFileText({ ...study, config: shared })).toThrow(/config\.epochs/);
  });

  it("has bits and bins where outputs have more than two levels, and conforms to the shipped schema with them", () => {
    const wider = { ...config, bits: 8, bins: "equal-frequency" as const };
    const written = studyFileText({ ...study, config: wider });
    expect(parseStudyFile(written).config).toStrictEqual(wider);
    expect(conforms(JSON.parse(written)), JSON.stringify(conforms.errors)).toBe(true);
    expect(() => parseStudyFile(written.replace('"bits": 8', '"bits": 9'))).toThrow(/config\.bits/);
  });

  it("keeps every digit", () => {
    const precise = [{ ...repeats[0]!, testLoss: 0.1 + 0.2, trainLoss: [1 / 3, 5e-324, 1.7976931348623157e308] }];
    expect(parseStudyFile(studyFileText({ ...study, repeats: precise })).repeats).toStrictEqual(precise);
  });

  it("leaves out what the schema does not know, in writing and in reading", () => {
    const wider = { ...config, quiet: true };
    expect(studyFileText({ ...study, config: wider })).toBe(text);
    expect(parseStudyFile(damaged('"config": {', '"config": { "later": 1,'))).toStrictEqual(parseStudyFile(text));
  });

  it("is refused in writing where a number is not finite", () => {
    const lost = [repeats[0]!, { ...repeats[1]!, testLoss: Number.NaN }];
    expect(() => studyFileText({ ...study, repeats: lost })).toThrow(RunError);
    expect(() => studyFileText({ ...study, repeats: lost })).toThrow(
      /study\.json: .* at repeats\[1\]\.testLoss\n.*\n.*NaN/,
    );
  });

  it.each([
    ["is cut off", text.slice(0, 200), /old\/study\.json: the file is not JSON/],
    ["has another schema", damaged("study/1", "study/2"), /at schema\n.*study\/1.*\n.*study\/2/],
    ["lacks a field", damaged(/"sha256": "\w+"/, '"sha": ""'), /at dataset\.sha256\n.*\n.*nothing/],
    ["has a text for a number", damaged('"seed": 0', '"seed": "0"'), /at config\.seed\n.*\n.*"0"/],
    [
      "has an accuracy above 1",
      damaged(/"testAccuracy": 0\.9705/, '"testAccuracy": 97'),
      /at repeats\[1\]\.testAccuracy/,
    ],
    ["has an unknown stage", damaged('"ablate"', '"sleep"'), /at provenance\.elapsedMs/],
    ["is a list", "[]", /does not fit\n.*object.*\n.*an array of 0/],
    ["is null", "null", /does not fit\n.*object.*\n.*null/],
  ])("is refused in reading where it %s, with file and field", (_, content, message) => {
    expect(() => parseStudyFile(content, "old/study.json")).toThrow(RunError);
    expect(() => parseStudyFile(content, "old/study.json")).toThrow(message);
  });
});

describe("the shipped JSON Schema", () => {
  it("is the one that the code generates", () => {
    expect(shipped, "run npx tsx scripts/generate-schema.ts").toStrictEqual(studyJsonSchema());
  });

  it("accepts a study.json that was written", () => {
    expect(conforms(JSON.parse(text)), JSON.stringify(conforms.errors)).toBe(true);
  });

  it.each([
    [damaged("study/1", "study/2")],
    [damaged(/"sha256": "0/, '"sha256": "g')],
    [damaged('"software": true', '"software": "yes"')],
    [damaged("59.999Z", "59.999")],
    [damaged('"ablate"', '"sleep"')],
    [damaged(/"testCorrect": 1940/, '"testCorrect": -1')],
  ])("refuses what the reader refuses (%#)", (content) => {
    expect(conforms(JSON.parse(content))).toBe(false);
    expect(() => parseStudyFile(content)).toThrow(RunError);
  });
});
