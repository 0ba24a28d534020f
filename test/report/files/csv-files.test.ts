import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunError } from "../../../src/core/errors.ts";
import { float32Text, float64Text } from "../../../src/report/files/csv.ts";
import { curvesCsv, parseCurvesCsv } from "../../../src/report/files/curves-file.ts";
import { neuronsCsv, parseNeuronsCsv } from "../../../src/report/files/neurons-file.ts";
import { ordersCsv, parseOrdersCsv } from "../../../src/report/files/orders-file.ts";
import { parseSingleCsv, singleCsv } from "../../../src/report/files/single-file.ts";
import { madeUpNeurons, madeUpStudy, someAlone, textOf, withLine } from "../made-up-study.ts";

const study = madeUpStudy({ stride: 2 });
const texts = {
  neurons: textOf(neuronsCsv(study.neurons)),
  orders: textOf(ordersCsv(study.orders)),
  curves: textOf(curvesCsv(study.curves)),
  single: textOf(singleCsv(study.singles)),
};
const readers = {
  neurons: (text: string) => parseNeuronsCsv(text),
  orders: (text: string) => parseOrdersCsv(text),
  curves: (text: string) => parseCurvesCsv(text, { orders: study.orders, samples: study.dataset.test }),
  single: (text: string) => parseSingleCsv(text, study.dataset.test),
};
/** The line with another value in a column. */
const cell = (column: number, value: string) => (line: string) =>
  line
    .split(",")
    .map((old, index) => (index === column ? value : old))
    .join(",");
const files = ["neurons", "orders", "curves", "single"] as const;

describe("numbers in CSV", () => {
  it("read back as the same float64, the sign of zero included", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => Object.is(Number(float64Text(value)), value)),
      { numRuns: 1000, examples: [[-0], [5e-324], [Number.MAX_VALUE], [1 / 3]] },
    );
  });

  it("read back as the same float32 after rounding", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => Object.is(Math.fround(Number(float32Text(value))), value)),
      { numRuns: 1000, examples: [[-0], [2 ** -149], [Math.fround(3.4028235e38)], [Math.fround(0.1)]] },
    );
  });

  it("are short for float32", () => {
    expect(float32Text(Math.fround(0.1))).toBe("0.1");
    expect(float32Text(0.5)).toBe("0.5");
    expect(float32Text(Math.fround(1 / 3))).toBe("0.33333334");
  });
});

describe("the columns are those that other programs rely on", () => {
  const header = (text: string) => text.slice(0, text.indexOf("\n"));
  it("in neurons.csv", () => {
    expect(header(texts.neurons)).toBe(
      "repeat,layer,neuron,samples,ones,entropy_bits,mutual_information_bits,kl_selectivity_bits," +
        "preferred_class,mean_activation,ones_class_0,ones_class_1,ones_class_2",
    );
  });
  it("in curves.csv", () => {
    expect(header(texts.curves)).toBe("repeat,scope,measure,direction,draw,mode,removed,accuracy,correct,loss");
  });
  it("in orders.csv", () => {
    expect(header(texts.orders)).toBe("repeat,scope,measure,direction,draw,position,layer,neuron");
  });
  it("in single.csv", () => {
    expect(header(texts.single)).toBe(
      "repeat,layer,neuron,mode,accuracy,correct,loss,correct_class_0,correct_class_1,correct_class_2",
    );
  });
});

describe("what is written is read back the same", () => {
  it("for neurons.csv", () => expect(parseNeuronsCsv(texts.neurons)).toStrictEqual(study.neurons));
  it("for orders.csv", () => expect(parseOrdersCsv(texts.orders)).toStrictEqual(study.orders));
  it("for curves.csv", () => expect(readers.curves(texts.curves)).toStrictEqual(study.curves));
  it("for single.csv, with classes and as it was before they were counted", () => {
    expect(readers.single(texts.single)).toStrictEqual(study.singles);
    const some = study.singles.map((table) => someAlone(table, [1, 3]));
    expect(parseSingleCsv(textOf(singleCsv(some)), study.dataset.test, "single.csv", true)).toStrictEqual(some);
    const older = study.singles.map(({ correctPerClass, ...table }) => table);
    expect(readers.single(textOf(singleCsv(older)))).toStrictEqual(older);
  });
  it("for measures with standard errors, whichever they are", () => {
    const errors = (rows: number) => Float64Array.from({ length: rows }, (_, row) => row / 7);
    const tables = study.neurons.map((table) => ({
      ...table,
      standardErrors: { mutual_information: errors(table.rows) },
    }));
    const text = textOf(neuronsCsv(tables));
    const columns =
      "ones,entropy_bits,mutual_information_bits,mutual_information_bits_standard_error,kl_selectivity_bits,";
    expect(text.split("\n")[0]).toContain(columns);
    expect(parseNeuronsCsv(text)).toStrictEqual(tables);
    const negative = withLine(text, 3, cell(7, "-0.5"));
    expect(() => parseNeuronsCsv(negative)).toThrow(/line 3: a standard error is negative\n.*0 or more\n.*-0\.5/);
    const renamed = text.replace("mutual_information_bits_standard_error", "entropy_bits_standard_error");
    expect(() => parseNeuronsCsv(renamed)).toThrow(/line 1: the columns are not those of this file/);
  });
  it("for one measure, and for none", () => {
    const [first] = study.neurons;
    for (const measures of [{ kl_selectivity: first!.measures["kl_selectivity"]! }, {}]) {
      const table = { ...first!, measures };
      expect(parseNeuronsCsv(textOf(neuronsCsv([table])))).toStrictEqual([table]);
    }
  });
  it("for an infinite loss", () => {
    const curve = { ...study.curves[0]!, loss: study.curves[0]!.loss.map(() => Number.POSITIVE_INFINITY) };
    const context = { orders: study.orders, samples: study.dataset.test };
    expect(parseCurvesCsv(textOf(curvesCsv([curve])), context)).toStrictEqual([curve]);
  });
  it("with the line ends of Windows", () => {
    expect(parseNeuronsCsv(texts.neurons.replaceAll("\n", "\r\n"))).toStrictEqual(study.neurons);
  });
});

it("comes in chunks of at most a thousand rows, none lost", () => {
  const table = madeUpNeurons([1500, 800], 0);
  const chunks = [...neuronsCsv([table])];
  expect(chunks.map((chunk) => chunk.split("\n").length - 1)).toStrictEqual([1000, 1000, 301]);
  expect(parseNeuronsCsv(textOf(chunks))[0]!.rows).toBe(2300);
});

describe("damage is refused with file and line", () => {
  const cases: [string, (typeof files)[number], number, (line: string) => string, RegExp][] = [
    ["a column is missing in the header", "neurons", 1, cell(3, "size"), /neurons\.csv, line 1: the columns/],
    ["a row is short", "neurons", 4, (line) => line.slice(0, line.lastIndexOf(",")), /line 4: .*number of columns/],
    ["a count is not whole", "neurons", 3, cell(4, "1.5"), /neurons\.csv, line 3: ones is out of range/],
    ["a count is above the samples", "neurons", 3, cell(4, "2001"), /line 3: ones .*\n.*0 to 2000\n.*2001/],
    ["a count has changed", "neurons", 3, cell(10, "1"), /line 3: the counts per class do not add up/],
    ["samples differ", "neurons", 3, cell(3, "1999"), /line 3: samples differ/],
    ["a measure is not finite", "neurons", 3, cell(5, "NaN"), /line 3: entropy_bits is not a number/],
    ["a measure is beyond float64", "neurons", 3, cell(5, "1e999"), /line 3: entropy_bits is not a number/],
    [
      "a measure that no name of a column can be",
      "neurons",
      1,
      (line: string) => line.replace("entropy_bits", "entr\u2028opy_bits"),
      /line 1: this is not a measure\n.*\n.*entr\\u2028opy/,
    ],
    ["a measure is missing", "neurons", 3, cell(5, ""), /line 3: entropy_bits is not a number\n.*\n.*nothing/],
    ["a class is unknown", "neurons", 3, cell(8, "3"), /line 3: preferred_class/],
    ["a neuron is skipped", "neurons", 3, cell(2, "2"), /line 3: neurons are missing or out of order/],
    ["a repeat comes again", "neurons", 19, cell(0, "0"), /line 19: (a repeat appears twice|neurons are missing)/],
    ["a scope is unknown", "orders", 2, cell(1, "layer0"), /orders\.csv, line 2: scope is not known/],
    ["a direction is unknown", "orders", 2, cell(3, "up"), /line 2: direction .*\n.*low or high or none\n.*up/],
    ["a position is skipped", "orders", 3, cell(5, "2"), /line 3: positions are missing/],
    ["a layer is outside the scope", "orders", 3, cell(6, "2"), /line 3: the layer is outside/],
    ["a mode is unknown", "curves", 2, cell(5, "median"), /curves\.csv, line 2: mode is not known/],
    ["a curve does not start at 0", "curves", 2, cell(6, "1"), /line 2: removed is out of order\n.*0 first/],
    ["a step goes back", "curves", 3, cell(6, "0"), /line 3: removed is out of order\n.*more than 0/],
    ["an accuracy has changed", "curves", 3, cell(7, "0.5"), /line 3: accuracy contradicts correct/],
    ["more are correct than there are", "curves", 3, cell(8, "2001"), /line 3: correct is out of range/],
    ["a loss is NaN", "curves", 3, cell(9, "NaN"), /line 3: loss is not a number/],
    ["a neuron alone is skipped", "single", 3, cell(2, "2"), /single\.csv, line 3: neurons are missing/],
    ["the classes do not add up", "single", 3, cell(8, "639"), /line 3: the counts per class do not add up to correct/],
    ["the order is not there", "curves", 2, cell(4, "7"), /line 2: the curve's order is missing/],
  ];
  it.each(cases)("when %s (%s.csv)", (_, file, line, change, message) => {
    const damaged = withLine(texts[file], line, change);
    expect(damaged).not.toBe(texts[file]);
    expect(() => readers[file](damaged)).toThrow(RunError);
    expect(() => readers[file](damaged)).toThrow(message);
  });

  it("when single.csv has some neurons in no order, or others in another mode", () => {
    const some = textOf(singleCsv(study.singles.map((table) => someAlone(table, [1, 3]))));
    const read = (text: string) => () => parseSingleCsv(text, study.dataset.test, "single.csv", true);
    const numbered = (line: number, neuron: string) =>
      withLine(some, line, (row) => row.replace(/^0,1,\d+/, `0,1,${neuron}`));
    expect(read(some)).not.toThrow();
    expect(() => parseSingleCsv(some, study.dataset.test)).toThrow(/line 2: neurons are missing/);
    expect(read(numbered(3, "1"))).toThrow(/line 3: neurons are out of order\n.*2 or more\n.* 1\n/);
    expect(read(numbered(3, "4"))).toThrow(/the modes of layer 1, repeat 0, have unequal neurons/);
  });

  it.each(files)("when %s.csv is empty or cut off in a line", (file) => {
    expect(() => readers[file]("")).toThrow(/\.csv, line 1: the file is empty/);
    expect(() => readers[file](texts[file].slice(0, -3))).toThrow(/\.csv, line \d+: the file is cut off/);
  });

  it.each(["neurons", "curves", "single"] as const)("when %s.csv has lost its last row", (file) => {
    const shorter = texts[file].slice(0, texts[file].lastIndexOf("\n", texts[file].length - 2) + 1);
    expect(() => readers[file](shorter)).toThrow(/unequal numbers of neurons|incomplete/);
  });

  it("when orders.csv has lost its last row, by its curves", () => {
    const shorter = texts.orders.slice(0, texts.orders.lastIndexOf("\n", texts.orders.length - 2) + 1);
    const context = { orders: parseOrdersCsv(shorter), samples: study.dataset.test };
    expect(() => parseCurvesCsv(texts.curves, context)).toThrow(RunError);
  });

  it("never as another error, whatever one character is changed", () => {
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), fc.constantFrom(...'09,.-e"\n x'), (file, at, character) => {
        const text = texts[file];
        const position = at % text.length;
        try {
          readers[file](text.slice(0, position) + character + text.slice(position + 1));
        } catch (error) {
          expect(error).toBeInstanceOf(RunError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
