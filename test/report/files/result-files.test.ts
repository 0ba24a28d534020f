import { expect, it } from "vitest";
import { RunError } from "../../../src/core/errors.ts";
import { decodeSafetensors } from "../../../src/models/safetensors-model.ts";
import { parseCurvesCsv } from "../../../src/report/files/curves-file.ts";
import { parseNeuronsCsv } from "../../../src/report/files/neurons-file.ts";
import { parseOrdersCsv } from "../../../src/report/files/orders-file.ts";
import { resultFiles } from "../../../src/report/files/result-files.ts";
import { parseSingleCsv } from "../../../src/report/files/single-file.ts";
import { parseStudyFile } from "../../../src/report/files/study-file.ts";
import { madeUpStudy, textOf } from "../made-up-study.ts";

it("the files of a study come in an order that ends with study.json", () => {
  expect(resultFiles(madeUpStudy()).map(({ name }) => name)).toStrictEqual([
    "models/repeat-000.safetensors",
    "models/repeat-001.safetensors",
    "neurons.csv",
    "orders.csv",
    "curves.csv",
    "single.csv",
    "study.json",
  ]);
});

it("the files of a study give the study back", () => {
  const study = madeUpStudy();
  const chunks = new Map(resultFiles(study).map((file) => [file.name, file.chunks]));
  const text = (name: string) => textOf(chunks.get(name)!);
  const { schema, ...summary } = parseStudyFile(text("study.json"));
  const orders = parseOrdersCsv(text("orders.csv"));
  const networks = study.repeats.map(({ repeat, trainLoss }) => {
    const [bytes] = chunks.get(`models/repeat-00${repeat}.safetensors`)!;
    return { repeat, network: decodeSafetensors(bytes as Uint8Array, "model"), trainLoss };
  });
  expect(schema).toBe("gpu-importance/study/1");
  expect({
    ...summary,
    networks,
    neurons: parseNeuronsCsv(text("neurons.csv")),
    orders,
    curves: parseCurvesCsv(text("curves.csv"), { orders, samples: summary.dataset.test }),
    singles: parseSingleCsv(text("single.csv"), summary.dataset.test),
  }).toStrictEqual(study);
});

it("results that study.json cannot hold are refused before the first file", () => {
  const study = madeUpStudy();
  const repeats = study.repeats.map((repeat) => ({ ...repeat, testLoss: Number.POSITIVE_INFINITY }));
  expect(() => resultFiles({ ...study, repeats })).toThrow(RunError);
});
