import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { analyse } from "../../../src/report/analysis/analyse.ts";
import type { StudyFiles } from "../../../src/report/analysis/analysis.ts";
import { firstLayerWeights } from "../../../src/report/figures/first-layer-weights.ts";
import { renderSvg } from "../../../src/report/figures/render.ts";
import { divergingColour, weightImage } from "../../../src/report/figures/weight-images.ts";
import { madeUpFiles } from "./made-up-files.ts";

function withShape(files: StudyFiles, sampleShape: readonly number[]): StudyFiles {
  return { ...files, study: { ...files.study!, dataset: { ...files.study!.dataset, sampleShape } } };
}

const figureOf = (files: StudyFiles) => firstLayerWeights(analyse(files), files);

describe("an image of weights", () => {
  test("holds a pixel for each weight, red below 0, white at it, blue above, full colour beyond the end", () => {
    const uri = weightImage(Float32Array.of(-9, -0.5, 0, 0.25, 0.5, 1), [2, 3], 0.5);
    const bytes = Uint8Array.from(atob(uri.replace("data:image/png;base64,", "")), (character) =>
      character.charCodeAt(0),
    );
    const { width, height, channels, data } = decode(bytes);
    expect([width, height, channels]).toEqual([3, 2, 3]);
    const pixels = Array.from({ length: 6 }, (_, index) => [...data.slice(3 * index, 3 * index + 3)]);
    const [red, white, blue] = [
      [178, 24, 43],
      [247, 247, 247],
      [33, 102, 172],
    ];
    expect(pixels).toEqual([red, red, white, divergingColour(0.5), blue, blue]);
    expect(divergingColour(0.5)).toEqual([140, 175, 210]);
  });
});

describe("figure 7", () => {
  test("shows the ten most and ten least important neurons of the first layer, in order", () => {
    const files = madeUpFiles({ hidden: [30, 4] });
    const { table } = figureOf(files)!;
    const neurons = files.neurons![0]!;
    const values = [...neurons.measures["kl_selectivity"]!.slice(0, 30)];
    const ascending = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
    const listed = (end: string) =>
      table.rows.filter((row) => row[0] === "KL selectivity" && row[1] === end).map((row) => Number(row[3]));
    expect(listed("least")).toEqual(ascending.slice(0, 10));
    expect(listed("most")).toEqual(ascending.toReversed().slice(0, 10));
  });

  test("carries its images in itself and draws them without a canvas", async () => {
    const files = madeUpFiles({ hidden: [30, 4] });
    const svg = await renderSvg(figureOf(files)!);
    expect(svg.match(/<image[^>]*href="data:image\/png;base64,/g)).toHaveLength(60);
    expect(svg).toMatch(/<image[^>]* width="46"/);
  });

  test("shows the weights of the neuron that it names", () => {
    const files = madeUpFiles();
    const { spec } = figureOf(files)!;
    interface Drawn {
      readonly data: { readonly values: { readonly neuron: number; readonly image: string }[] };
    }
    const [panel] = (spec as unknown as { concat: Drawn[] }).concat;
    const layer = files.networks![0]!.network.layers[0]!;
    // 99 % of the way through 20 weights: between the last but one and the last, at 0.99 * 19 = 18.81.
    const [below, above] = Array.from(layer.weights.map(Math.abs).sort()).slice(-2);
    const end = below! + 0.81 * (above! - below!);
    for (const { neuron, image } of panel!.data.values) {
      expect(image).toBe(weightImage(layer.weights.subarray(4 * neuron, 4 * neuron + 4), [2, 2], end));
    }
  });

  test("is absent where samples are no images, or the first network is not there", () => {
    const files = madeUpFiles();
    expect(figureOf(withShape(files, [4]))).toBeUndefined();
    expect(figureOf(withShape(files, [2, 2, 1]))).toBeUndefined();
    expect(figureOf({ ...files, networks: [] })).toBeUndefined();
    expect(figureOf(files)).toBeDefined();
  });
});
