/** How to get WebGPU in a browser, from what the browser calls itself. */

const chromeOnLinux =
  "open chrome://flags/#enable-unsafe-webgpu, choose Enabled, and restart; without a Vulkan driver add " +
  "--enable-features=Vulkan --use-webgpu-adapter=swiftshader to the command, which computes on the CPU";

/** The first that matches says it: Edge and Opera call themselves Chrome, too, and everything calls itself Safari. */
const advice: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/Android.*Chrome\//, "update Chrome to 121 or later, on Android 12 or later"],
  [/Android.*Firefox\//, "use Chrome 121 or later: Firefox for Android has no WebGPU yet"],
  [/iPhone|iPad/, "update to iOS 26 or later: every browser there uses Safari's WebGPU"],
  [/Linux.*Chrome\//, chromeOnLinux],
  [/Chrome\//, "update the browser to 113 or later, and turn on graphics acceleration in its system settings"],
  [/Linux.*Firefox\//, "use Chrome, or in Firefox set dom.webgpu.enabled in about:config"],
  [/Firefox\//, "update Firefox to 141 (Windows) or 145 (macOS) or later, or use Chrome"],
  [/Safari\//, "update to Safari 26 or later, or use Chrome"],
];

/** One clause of what to do. @param secure whether the page may use WebGPU at all (HTTPS, or this machine) */
export function webGpuAdvice(userAgent: string, secure: boolean): string {
  if (!secure) return "open the page by https://, or from http://127.0.0.1 (gpu-importance lab serves it there)";
  return advice.find(([pattern]) => pattern.test(userAgent))?.[1] ?? "use Chrome 113 or later";
}
