/** Where pages of a grid lead to, relative to its folder. Names of cells hold nothing that an address reads anything into but `+`. */
import { gridNames, resultNames } from "../../core/platform.ts";

const folderOf = (cell: string) => gridNames.cell(cell).split("/").map(encodeURIComponent).join("/");

/** The report of a cell. */
export const reportAddress = (cell: string): string => `${folderOf(cell)}/${resultNames.report}`;

/** A picture of a cell's report. */
export const figureAddress = (cell: string, figure: string): string =>
  `${folderOf(cell)}/${resultNames.figure(figure)}`;

/** The page that sets two cells side by side. */
export const comparisonAddress = (one: string, other?: string): string => {
  const second = other === undefined ? "" : `&b=${encodeURIComponent(other)}`;
  return `${gridNames.comparison}#a=${encodeURIComponent(one)}${second}`;
};
