/** Folders of IDX files to data sets: names, the split, and what is said of files that do not belong together. */
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { FileSource } from "../../src/core/platform.ts";
import { writeIdx } from "../../src/data/images/idx.ts";
import { readIdxFolder } from "../../src/data/images/idx-folder.ts";
import { faultOf as faultOfPromise } from "../support/fault-of.ts";

type Folder = Record<string, Uint8Array>;

function sourceOf(folder: Folder): FileSource {
  return {
    label: "some/folder",
    list: async () => Object.keys(folder),
    read: async (name) => folder[name]!,
    gunzip: async (bytes) => new Uint8Array(gunzipSync(bytes)),
  };
}

/** Pixel values that tell sample and position apart. */
function images(count: number, sampleShape: readonly number[], start = 0): Uint8Array {
  const features = sampleShape.reduce((a, b) => a * b, 1);
  const bytes = Uint8Array.from({ length: count * features }, (_, index) => (start + 7 * index) % 256);
  return writeIdx({ shape: [count, ...sampleShape], bytes });
}

function labels(values: readonly number[]): Uint8Array {
  return writeIdx({ shape: [values.length], bytes: Uint8Array.from(values) });
}

function cycle(count: number, classes: number): number[] {
  return Array.from({ length: count }, (_, index) => index % classes);
}

/** 12 training samples (10 + 2) and 4 test samples of 2 classes. */
function smallFolder(sampleShape: readonly number[] = [2, 3]): Folder {
  return {
    "train-images-idx3-ubyte": images(12, sampleShape),
    "train-labels-idx1-ubyte": labels(cycle(12, 2)),
    "t10k-images-idx3-ubyte": images(4, sampleShape, 100),
    "t10k-labels-idx1-ubyte": labels(cycle(4, 2)),
  };
}

function read(folder: Folder) {
  return readIdxFolder(sourceOf(folder), "small");
}

function renamed(folder: Folder, rename: (name: string) => string): Folder {
  return Object.fromEntries(Object.entries(folder).map(([name, bytes]) => [rename(name), bytes]));
}

const faultOf = (folder: Folder) => faultOfPromise(read(folder));

describe("a good folder", () => {
  test("gives training, validation (the train file's last sixth) and test samples in file order", async () => {
    const folder = smallFolder();
    const dataset = await read(folder);
    expect(dataset).toMatchObject({ name: "small", features: 6, sampleShape: [2, 3], classes: 2 });
    expect([dataset.train.count, dataset.validation.count, dataset.test.count]).toEqual([10, 2, 4]);
    const pixels = [...folder["train-images-idx3-ubyte"]!.subarray(16)];
    expect([...dataset.train.inputs]).toEqual(pixels.slice(0, 60));
    expect([...dataset.validation.inputs]).toEqual(pixels.slice(60));
    expect([...dataset.test.inputs]).toEqual([...folder["t10k-images-idx3-ubyte"]!.subarray(16)]);
    expect([...dataset.train.labels]).toEqual(cycle(12, 2).slice(0, 10));
    expect([...dataset.validation.labels]).toEqual([0, 1]);
    expect([...dataset.test.labels]).toEqual([0, 1, 0, 1]);
    expect(dataset.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("rounds the sixth down, but takes at least one sample", async () => {
    const folder = smallFolder();
    folder["train-images-idx3-ubyte"] = images(17, [2, 3]);
    folder["train-labels-idx1-ubyte"] = labels(cycle(17, 2));
    expect((await read(folder)).validation.count).toBe(2);
    folder["train-images-idx3-ubyte"] = images(5, [2, 3]);
    folder["train-labels-idx1-ubyte"] = labels(cycle(5, 2));
    // One validation sample exists, of class 0; that class 1 has none is the next complaint.
    expect((await faultOf(folder)).what).toBe("class 1 has no validation samples");
  });

  test("keeps inputs as views into the file, not copies", async () => {
    const folder = smallFolder();
    const { train, validation, test: heldOut } = await read(folder);
    expect(train.inputs.buffer).toBe(folder["train-images-idx3-ubyte"]!.buffer);
    expect(validation.inputs.buffer).toBe(folder["train-images-idx3-ubyte"]!.buffer);
    expect(heldOut.inputs.buffer).toBe(folder["t10k-images-idx3-ubyte"]!.buffer);
  });

  test.each([[[5]], [[28, 28]], [[2, 3, 4]], [[1, 1]]])("may hold images of shape %j", async (sampleShape) => {
    const dataset = await read(smallFolder(sampleShape));
    expect(dataset.sampleShape).toEqual(sampleShape);
    expect(dataset.features).toBe(sampleShape.reduce((a, b) => a * b));
    expect(dataset.train.inputs.length).toBe(10 * dataset.features);
  });

  test("has as many classes as the largest label in any file demands", async () => {
    const folder = smallFolder();
    folder["train-images-idx3-ubyte"] = images(3 * 6 * 47, [2, 3]);
    folder["train-labels-idx1-ubyte"] = labels(cycle(3 * 6 * 47, 47));
    expect((await read(folder)).classes).toBe(47);
    folder["t10k-labels-idx1-ubyte"] = labels([0, 1, 2, 47]);
    expect((await faultOf(folder)).what).toBe("class 47 has no validation samples");
  });

  test("may be gzipped, dotted, or both, and gives the same data set", async () => {
    const plain = smallFolder();
    const { sha256 } = await read(plain);
    const zipped = Object.fromEntries(
      Object.entries(plain).map(([name, bytes]) => [`${name}.gz`, new Uint8Array(gzipSync(bytes))]),
    );
    const dotted = (name: string) => name.replace("-idx", ".idx");
    for (const folder of [zipped, renamed(plain, dotted), renamed(zipped, dotted)]) {
      expect((await read(folder)).sha256).toBe(sha256);
    }
  });

  test("is read from the plain file where both are there", async () => {
    const folder = { ...smallFolder(), "train-images-idx3-ubyte.gz": Uint8Array.of(1, 2, 3) };
    expect((await read(folder)).train.count).toBe(10);
  });
});

describe("a bad folder", () => {
  test("names every missing file and what is there instead", async () => {
    const { "train-labels-idx1-ubyte": _, "t10k-images-idx3-ubyte": __, ...folder } = smallFolder();
    const fault = await faultOf({ ...folder, "notes.txt": new Uint8Array(1) });
    expect(fault.where).toBe("some/folder");
    expect(fault.what).toBe("2 IDX files are missing");
    expect(fault.expected).toBe("train-labels-idx1-ubyte[.gz], t10k-images-idx3-ubyte[.gz]");
    expect(fault.found).toBe("notes.txt, t10k-labels-idx1-ubyte, train-images-idx3-ubyte");
  });

  test("that is empty is called empty, and one with many files is not listed whole", async () => {
    expect((await faultOf({})).found).toBe("no files");
    const many = Object.fromEntries(cycle(100, 100).map((index) => [`file-${index}`, new Uint8Array()]));
    expect((await faultOf(many)).found).toMatch(/ and 88 more$/);
  });

  test("with unequal numbers of images and labels names the file and both numbers", async () => {
    const fault = await faultOf({ ...smallFolder(), "t10k-labels-idx1-ubyte": labels(cycle(5, 2)) });
    expect(fault).toMatchObject({ where: "t10k-labels-idx1-ubyte", found: "5 labels" });
    expect(fault.expected).toMatch(/^4 labels.*t10k-images-idx3-ubyte/);
  });

  test("with test images of another shape names both shapes", async () => {
    const fault = await faultOf({ ...smallFolder(), "t10k-images-idx3-ubyte": images(4, [3, 2]) });
    expect(fault).toMatchObject({ where: "t10k-images-idx3-ubyte", found: "3 x 2" });
    expect(fault.expected).toMatch(/^2 x 3/);
  });

  test("with image and label files swapped says so", async () => {
    const folder = smallFolder();
    folder["train-images-idx3-ubyte"] = labels(cycle(12, 2));
    expect(await faultOf(folder)).toMatchObject({
      where: "train-images-idx3-ubyte",
      fix: expect.stringMatching(/swap/),
    });
    folder["train-images-idx3-ubyte"] = images(12, [2, 3]);
    folder["train-labels-idx1-ubyte"] = images(12, [2, 3]);
    expect(await faultOf(folder)).toMatchObject({
      where: "train-labels-idx1-ubyte",
      fix: expect.stringMatching(/swap/),
    });
  });

  test.each(["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])(
    "with an empty or truncated %s names that file",
    async (name) => {
      const folder = smallFolder();
      expect(await faultOf({ ...folder, [name]: new Uint8Array() })).toMatchObject({
        where: name,
        what: expect.stringMatching(/empty/),
      });
      const cut = folder[name]!.subarray(0, -1);
      expect(await faultOf({ ...folder, [name]: cut })).toMatchObject({
        where: name,
        what: expect.stringMatching(/truncated/),
      });
    },
  );

  test("with a damaged gzip file names it, its length and the reason", async () => {
    const { "train-images-idx3-ubyte": plain, ...folder } = smallFolder();
    const zipped = new Uint8Array(gzipSync(plain!));
    const fault = await faultOf({ ...folder, "train-images-idx3-ubyte.gz": zipped.subarray(0, 30) });
    expect(fault.where).toBe("train-images-idx3-ubyte.gz");
    expect(fault.what).toMatch(/cannot be unpacked/);
    expect(fault.found).toMatch(/^30 bytes: ./);
    const unzipped = await faultOf({ ...folder, "train-images-idx3-ubyte.gz": plain! });
    expect(unzipped.fix).toMatch(/take \.gz off its name/);
  });

  test("with a class that has no validation samples names the class and its counts", async () => {
    const folder = smallFolder();
    folder["train-labels-idx1-ubyte"] = labels([0, 1, 2, 0, 1, 2, 0, 1, 3, 3, 0, 2]);
    folder["t10k-labels-idx1-ubyte"] = labels([0, 1, 1, 1]);
    const fault = await faultOf(folder);
    expect(fault.what).toBe("class 1 has no validation samples");
    expect(fault.where).toBe("train-labels-idx1-ubyte");
    expect(fault.found).toMatch(/^class 1: 3 training, 0 validation, 3 test samples; 1 more of the 4 classes/);
    expect(fault.fix).toMatch(/shuffle/);
  });

  test("with one class only is refused, since two are the least that can be told apart", async () => {
    const folder = smallFolder();
    folder["train-labels-idx1-ubyte"] = labels(cycle(12, 1));
    folder["t10k-labels-idx1-ubyte"] = labels(cycle(4, 1));
    expect((await faultOf(folder)).what).toBe("class 1 has no validation samples");
  });

  test("with a single training sample cannot be split", async () => {
    const folder = smallFolder();
    folder["train-images-idx3-ubyte"] = images(1, [2, 3]);
    folder["train-labels-idx1-ubyte"] = labels([0]);
    expect(await faultOf(folder)).toMatchObject({ what: "the train file is too small to split", found: "1 sample" });
  });
});
