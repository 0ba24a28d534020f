/** The Vulkan loader on Linux (`libvulkan.so.1`): whether this system has one, and how to bring our own. */
import { readdirSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { homeFolder } from "./cache-folder.ts";

const soname = "libvulkan.so.1";
/** glibc's RTLD_NODELETE, which Node does not name: the library stays although Node closes it again. */
const RTLD_NODELETE = 0x1000;

/**
 * Loads a shared library that is no Node addon, and returns why that failed, or undefined where it is loaded now.
 * Node complains that such a library "did not self-register" after it has loaded it: that complaint means success.
 */
function loadLibrary(path: string, scope: number): string | undefined {
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | scope | RTLD_NODELETE);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.includes("did not self-register") ? undefined : message;
  }
}

/** Why this system's own Vulkan loader cannot be used, or undefined where it can. */
export function vulkanLoaderProblem(): string | undefined {
  return loadLibrary(soname, constants.dlopen.RTLD_LOCAL);
}

/**
 * Loads the Vulkan loader at `path` for the rest of the process. Dawn asks the system for `libvulkan.so.1` and is given
 * the library already loaded under that name. Returns why it failed, or undefined.
 */
export function preloadVulkanLoader(path: string): string | undefined {
  return loadLibrary(path, constants.dlopen.RTLD_GLOBAL);
}

/**
 * Whether a Vulkan driver has announced itself to the loader, in the folders that its documentation lists. Only asked
 * where the loader is our own: a distribution's loader may know more folders.
 */
export function hasVulkanDriverFiles(environment: NodeJS.ProcessEnv = process.env): boolean {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, VK_ADD_DRIVER_FILES } = environment;
  if (VK_DRIVER_FILES || VK_ICD_FILENAMES || VK_ADD_DRIVER_FILES) return true;
  const home = homeFolder();
  const inHome = (...names: string[]) => (home === null ? "" : join(home, ...names));
  const list = (value: string | undefined, fallback: string) => (value || fallback).split(":").filter(Boolean);
  const roots = [
    ...list(environment["XDG_CONFIG_HOME"], inHome(".config")),
    ...list(environment["XDG_CONFIG_DIRS"], "/etc/xdg"),
    "/etc",
    ...list(environment["XDG_DATA_HOME"], inHome(".local", "share")),
    ...list(environment["XDG_DATA_DIRS"], "/usr/local/share:/usr/share"),
  ];
  return roots.some((root) => containsManifest(join(root, "vulkan", "icd.d")));
}

function containsManifest(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith(".json"));
  } catch {
    return false;
  }
}
