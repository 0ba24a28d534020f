/** What to install where no adapter is found, for this operating system. */
import { existsSync, readFileSync } from "node:fs";

/** The commands that bring a Vulkan driver, by family: matched against ID and ID_LIKE of /etc/os-release. */
const linuxFamilies: readonly (readonly [family: RegExp, advice: string])[] = [
  [/\b(debian|ubuntu)\b/, "sudo apt-get install mesa-vulkan-drivers libvulkan1"],
  [/\b(fedora|rhel|centos)\b/, "sudo dnf install mesa-vulkan-drivers vulkan-loader"],
  [/\barch\b/, "sudo pacman -S vulkan-icd-loader vulkan-swrast"],
  [/\bsuse\b/, "sudo zypper install libvulkan1 libvulkan_lvp"],
  [/\balpine\b/, "use a system with glibc, for example the node:20-bookworm image: Dawn does not run on musl"],
];

function readOsRelease(): string {
  const path = "/etc/os-release";
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function linuxAdvice(osRelease: string, arch: NodeJS.Architecture): string[] {
  const field = (key: string) => new RegExp(`^${key}="?([^"\\n]*)`, "m").exec(osRelease)?.[1] ?? "";
  const family = `${field("ID")} ${field("ID_LIKE")}`;
  const command = linuxFamilies.find(([pattern]) => pattern.test(family))?.[1];
  const advice = ["with a GPU: install its vendor's driver with Vulkan support (in a container: pass the GPU through)"];
  if (arch === "x64") advice.push("without a GPU, no root rights needed: npm install --include=optional");
  advice.push(`without a GPU, system-wide: ${command ?? "install Mesa's Vulkan drivers and the Vulkan loader"}`);
  if (field("ID") === "debian" && field("VERSION_ID") === "12") {
    advice.push("Debian 12's own Mesa is too old for Dawn: take mesa-vulkan-drivers from bookworm-backports");
  }
  return advice;
}

/** Steps that make an adapter available, the most likely first; one line each. */
export function installAdvice(
  platform: NodeJS.Platform = process.platform,
  osRelease: string = readOsRelease(),
  arch: NodeJS.Architecture = process.arch,
): string[] {
  if (platform === "linux") return linuxAdvice(osRelease, arch);
  if (platform === "darwin") {
    return ["run on macOS 12 or newer with a GPU that Metal supports (most virtual machines have none)"];
  }
  if (platform === "win32") {
    return ["install the GPU vendor's current driver: Dawn needs Direct3D 12 on Windows 10 or newer"];
  }
  return ["run on Linux, macOS or Windows: Dawn has no build for this system"];
}
