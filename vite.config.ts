/** Builds the lab's page: static files with relative addresses, which any host can serve from any folder. */
import { readFileSync } from "node:fs";
import { defineConfig } from "vite";
import { contentSecurityPolicy } from "./src/platform/content-security-policy.ts";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string };

/** For hosts that send no such header; the server of `gpu-importance lab` does. */
const policyTag = {
  tag: "meta",
  attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy },
  injectTo: "head-prepend" as const,
};

export default defineConfig({
  root: "web",
  base: "./",
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  worker: { format: "es" },
  // Nothing is inlined, since the policy would refuse it.
  build: { outDir: "../dist/web", emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  plugins: [{ name: "content-security-policy", apply: "build", transformIndexHtml: () => [policyTag] }],
});
