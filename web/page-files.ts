/** Names of the files beside the page, which scripts write and the worker fetches. */
export const pageFiles = {
  /** gzip of src/data/digits/packed-digits.ts; not named .gz, since servers unpack what they know to be packed. */
  digits: "mnist-digits.bin",
  /** .zip of a folder of results. */
  finishedStudy: "finished-study.zip",
  /** Style and script of an exported report's page, as `npm run build` bundles them. */
  reportStyle: "report-page.css",
  reportScript: "report-page.js",
} as const;
