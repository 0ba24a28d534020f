/** The choice of the adapter: the ranking over made-up adapters, and real ones that must compute. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import type { AdapterFacts } from "../../src/core/study.ts";
import { hasSoftwareName } from "../../src/platform/adapter-facts.ts";
import { chooseAdapter, isNullBackend, matchesName } from "../../src/platform/node/adapter-ranking.ts";
import {
  dawnVersion,
  installAdvice,
  installWebGpuGlobals,
  openAdapter,
  surveyAdapters,
} from "../../src/platform/node/adapters.ts";
import { listDevices, loadFailure, requestAdapter } from "../../src/platform/node/dawn.ts";
import { embeddedSwiftShader, swiftShaderPlatformProblem } from "../../src/platform/node/swiftshader.ts";

const gpu = { vendor: "", architecture: "", device: "", description: "", software: false, backend: "vulkan" };
const discrete: AdapterFacts = { ...gpu, vendor: "nvidia", architecture: "hopper", device: "nvidia-h200" };
const integrated: AdapterFacts = { ...gpu, vendor: "intel", architecture: "gen-12lp", device: "intel-r-iris-r-xe" };
const llvmpipe: AdapterFacts = {
  ...gpu,
  vendor: "mesa",
  architecture: "software",
  device: "llvmpipe-llvm-15-0-6-256-bits-",
  description: "llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)",
  software: true,
};
const warp: AdapterFacts = { ...gpu, vendor: "microsoft", device: "microsoft-basic-render-driver", software: true };
const swiftshader: AdapterFacts = {
  ...gpu,
  vendor: "google",
  architecture: "swiftshader",
  device: "s",
  software: true,
};
const nothing: AdapterFacts = { ...gpu, device: "null-backend" };

describe("the ranking", () => {
  const all = [nothing, swiftshader, warp, llvmpipe, integrated];
  test("puts a GPU before lavapipe, lavapipe before other CPU drivers, and SwiftShader last", () => {
    expect(chooseAdapter(all)).toBe(4);
    expect(chooseAdapter(all.slice(0, 4))).toBe(3);
    expect(chooseAdapter(all.slice(0, 3))).toBe(2);
    expect(chooseAdapter(all.slice(0, 2))).toBe(1);
  });

  test("keeps Dawn's order among GPUs, which has discrete ones first", () => {
    expect(chooseAdapter([llvmpipe, discrete, integrated])).toBe(1);
  });

  test("never takes the null back end, not even by name", () => {
    expect(chooseAdapter([nothing])).toBeUndefined();
    expect(chooseAdapter([nothing], "null")).toBeUndefined();
    expect(isNullBackend({ ...discrete, backend: "null" })).toBe(true);
    expect(isNullBackend(gpu)).toBe(true);
    expect(isNullBackend(discrete)).toBe(false);
  });

  test("takes the best of those that bear the name", () => {
    expect(chooseAdapter([discrete, swiftshader, llvmpipe], "SwiftShader")).toBe(1);
    expect(chooseAdapter([swiftshader, llvmpipe, discrete], "o")).toBe(2);
    expect(chooseAdapter([discrete, swiftshader], "radeon")).toBeUndefined();
  });

  test("matches names as people write them", () => {
    expect(matchesName(discrete, "NVIDIA H200")).toBe(true);
    expect(matchesName(discrete, "Hopper")).toBe(true);
    expect(matchesName(llvmpipe, "lavapipe")).toBe(true);
    expect(matchesName(llvmpipe, "Mesa 25")).toBe(true);
    expect(matchesName(swiftshader, "lavapipe")).toBe(false);
    expect(matchesName(discrete, "***")).toBe(false);
  });

  test("knows CPU drivers by their names", () => {
    for (const facts of [llvmpipe, warp, swiftshader]) expect(hasSoftwareName(facts)).toBe(true);
    for (const facts of [discrete, integrated]) expect(hasSoftwareName(facts)).toBe(false);
  });
});

/** Squares 0, 1, ..., 99 on the adapter; a back end that does nothing returns zeros. */
async function squares(adapter: GPUAdapter): Promise<number[]> {
  const device = await adapter.requestDevice();
  const code = `
    @group(0) @binding(0) var<storage, read_write> numbers: array<u32>;
    @compute @workgroup_size(32) fn square(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < arrayLength(&numbers)) { numbers[id.x] = id.x * id.x; }
    }`;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const numbers = device.createBuffer({ size: 400, usage });
  const readback = device.createBuffer({ size: 400, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  const entries = [{ binding: 0, resource: { buffer: numbers } }];
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(4);
  pass.end();
  encoder.copyBufferToBuffer(numbers, 0, readback, 0, 400);
  device.queue.submit([encoder.finish()]);
  await readback.mapAsync(GPUMapMode.READ);
  const result = [...new Uint32Array(readback.getMappedRange())];
  device.destroy();
  return result;
}
const expectedSquares = Array.from({ length: 100 }, (_, index) => index * index);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the adapter of this machine", () => {
  test("is a working one: a shader on it returns the right numbers", async () => {
    const { adapter, facts, attempts, reason } = await openAdapter();
    expect(isNullBackend(facts)).toBe(false);
    expect(facts.description || facts.device).not.toBe("");
    expect(attempts.filter(({ outcome }) => outcome === "used").map((attempt) => attempt.facts)).toEqual([facts]);
    expect(reason).toMatch(facts.software ? /software.* slow/ : /GPU/);
    expect(await squares(adapter)).toEqual(expectedSquares);
  });

  test("is a fresh one at each opening, so that a process can have several devices", async () => {
    const first = await openAdapter();
    const second = await openAdapter();
    const device = await first.adapter.requestDevice();
    expect(await squares(second.adapter)).toEqual(expectedSquares);
    device.destroy();
  });

  test("is the one that the survey reports as used, and the survey tries every source in order", async () => {
    const { attempts, opened } = await surveyAdapters();
    expect([...new Set(attempts.map(({ source }) => source))]).toEqual([
      "system",
      "swiftshader-embedded",
      "swiftshader-chrome",
    ]);
    expect(attempts.filter(({ outcome }) => outcome === "skipped")).toEqual([]);
    expect(opened?.facts).toEqual((await openAdapter()).facts);
    expect(await squares(opened!.adapter)).toEqual(expectedSquares);
  });

  test("a name that nothing bears is a failed run that lists what was found", async () => {
    const { facts } = await openAdapter();
    const failure = await openAdapter({ name: "no such thing" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RunError);
    expect((failure as RunError).message).toContain('no adapter of this machine has "no such thing" in its name');
    expect((failure as RunError).fault.found).toContain(facts.description);
    expect((await surveyAdapters({ name: "no such thing" })).problem?.message).toBe((failure as RunError).message);
  });

  test("a blank name means the best", async () => {
    expect((await openAdapter({ name: "   " })).facts).toEqual((await openAdapter()).facts);
  });
});

describe.skipIf(swiftShaderPlatformProblem() !== undefined)("embedded SwiftShader", () => {
  test("is chosen by name, also where a better adapter is there, and computes", async () => {
    const { adapter, facts, attempts } = await openAdapter({ name: "SwiftShader" });
    expect(facts).toMatchObject({ architecture: "swiftshader", software: true, backend: "vulkan" });
    expect(attempts.find(({ outcome }) => outcome === "used")?.source).toMatch(/^swiftshader-/);
    expect(await squares(adapter)).toEqual(expectedSquares);
  });

  test("is what Dawn lists where nothing else may be loaded", async () => {
    await openAdapter({ name: "SwiftShader" });
    const files = await embeddedSwiftShader();
    if ("unavailable" in files) throw new Error(files.unavailable);
    const place = { backend: "vulkan", environment: { VK_DRIVER_FILES: files.icd, VK_ICD_FILENAMES: files.icd } };
    expect(await listDevices(place)).toEqual(["SwiftShader Device (Subzero)"]);
  });

  test("steps in where Dawn is told to use its null back end", async () => {
    vi.stubEnv("DAWNNODE_BACKEND", "null");
    const { adapter, facts, attempts } = await openAdapter();
    expect(attempts[0]).toMatchObject({ source: "system", outcome: "refused" });
    expect(facts.architecture).toBe("swiftshader");
    expect(await squares(adapter)).toEqual(expectedSquares);
  });

  test("steps in where VK_DRIVER_FILES leads to nothing, and leaves that variable as it was", async () => {
    vi.stubEnv("VK_DRIVER_FILES", "/nonexistent/driver.json");
    const { facts, attempts } = await openAdapter();
    expect(attempts[0]).toMatchObject({ source: "system", outcome: "none" });
    expect(attempts[0]?.detail).toContain("VK_DRIVER_FILES=/nonexistent/driver.json");
    expect(facts.architecture).toBe("swiftshader");
    expect(process.env["VK_DRIVER_FILES"]).toBe("/nonexistent/driver.json");
  });
});

describe("Dawn", () => {
  test("has a null back end that the ranking recognises", async () => {
    const adapter = await requestAdapter({ backend: "null", environment: {} });
    const { vendor, architecture, device, description } = adapter!.info;
    expect(isNullBackend({ vendor, architecture, device, description, software: false, backend: "unknown" })).toBe(
      true,
    );
  });

  test("brings WebGPU's constants as globals", async () => {
    await installWebGpuGlobals();
    expect([GPUBufferUsage.STORAGE, GPUMapMode.READ, GPUShaderStage.COMPUTE]).toEqual([128, 1, 4]);
  });

  test("has a version", () => {
    expect(dawnVersion).toMatch(/^webgpu \d+\.\d+\.\d+$/);
  });

  test.each([
    ["/lib/libc.so.6: version `GLIBC_2.38' not found", "newer system"],
    ["libc.musl-x86_64.so.1: cannot open shared object file", "glibc"],
    ["Cannot find module '/x/dist/linux-riscv64/dawn.node'", "x64 and arm64"],
    ["something else", "npm ci"],
  ])("that cannot be loaded (%s) is a failed run with a fix", (message, fix) => {
    const error = loadFailure(message);
    expect(error).toBeInstanceOf(RunError);
    expect(error.fault.found).toBe(message);
    expect(error.fault.fix).toContain(fix);
  });
});

describe("the advice on what to install", () => {
  test.each([
    ['ID=debian\nVERSION_ID="12"', ["apt-get install mesa-vulkan-drivers", "bookworm-backports"]],
    ["ID=linuxmint\nID_LIKE=ubuntu", ["apt-get install mesa-vulkan-drivers"]],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"', ["dnf install mesa-vulkan-drivers"]],
    ["ID=arch", ["pacman -S"]],
    ["ID=alpine", ["glibc"]],
    ["", ["Mesa's Vulkan drivers"]],
  ])("for Linux with %j names that system's command", (osRelease, parts) => {
    const advice = installAdvice("linux", osRelease, "x64").join("\n");
    for (const part of [...parts, "npm install"]) expect(advice).toContain(part);
  });

  test("offers the embedded driver only where there is one", () => {
    expect(installAdvice("linux", "", "arm64").join("\n")).not.toContain("npm install");
  });

  test("for macOS and Windows names their graphics APIs", () => {
    expect(installAdvice("darwin").join("\n")).toContain("Metal");
    expect(installAdvice("win32").join("\n")).toContain("Direct3D 12");
  });
});
