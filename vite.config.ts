/** Builds the lab's page: static files with relative addresses, which any host can serve from any folder. */
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";
import { contentSecurityPolicy } from "./src/platform/content-security-policy.ts";
import { pageFiles } from "./web/page-files.ts";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string };

/** For hosts that send no such header; the server of `gpu-importance lab` does. */
const policyTag = {
  tag: "meta",
  attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy },
  injectTo: "head-prepend" as const,
};

/** What an exported report's page brings along, as scripts/bundle-page.ts makes it. */
const reportAssets: Plugin = {
  name: "report-assets",
  apply: "build",
  buildStart() {
    for (const fileName of [pageFiles.reportStyle, pageFiles.reportScript]) {
      const source = readFileSync(new URL(`dist/${fileName}`, import.meta.url));
      this.emitFile({ type: "asset", fileName, source });
    }
  },
};

export default defineConfig({
  root: "web",
  base: "./",
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  worker: { format: "es" },
  // Nothing is inlined, since the policy would refuse it.
  build: { outDir: "../dist/web", emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  plugins: [{ name: "content-security-policy", apply: "build", transformIndexHtml: () => [policyTag] }, reportAssets],
});
