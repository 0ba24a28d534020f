/** One grid in several folders: whether it is one, and how far each of its cells is in any of them. */
import { UsageError } from "../../core/errors.ts";
import type { GridRecord } from "../../report/files/grid-files.ts";
import type { CellState } from "../../report/grid/grid-row.ts";
import { hashIn } from "./cell-name.ts";
import { GridFolder, hasGrid } from "./grid-folder.ts";

/** A folder, and what its cells are called there. */
interface GridSource {
  readonly folder: GridFolder;
  readonly record: GridRecord;
  /** By digits: name and state of cells that are there. */
  readonly cells: ReadonlyMap<string, { readonly name: string; readonly state: CellState }>;
}

async function openGrid(path: string): Promise<GridSource> {
  const folder = new GridFolder(path);
  const cells = new Map<string, { readonly name: string; readonly state: CellState }>();
  for (const [name, state] of await folder.states()) cells.set(hashIn(name), { name, state });
  return { folder, record: folder.record(), cells };
}

const digitsOf = ({ cells }: GridRecord) => new Set(cells.map(({ name }) => hashIn(name)));

/** @param paths one or more @throws UsageError where they are not all of one grid; RunError where one cannot be read */
export async function openGrids(paths: readonly string[]): Promise<[GridSource, ...GridSource[]]> {
  const others = (await Promise.all(paths.map(hasGrid))).indexOf(false);
  if (others !== -1) {
    throw new UsageError({
      what: "some of the folders are of a grid, and this is not",
      where: paths[others]!,
      expected: "folders that grid has written, or none of them",
      found: "no grid.json",
      fix: "leave it out",
    });
  }
  const grids: GridSource[] = [];
  for (const path of new Set(paths)) grids.push(await openGrid(path));
  const [first, ...more] = grids;
  const own = digitsOf(first!.record);
  for (const { folder, record } of more) {
    const theirs = digitsOf(record);
    const strange = record.cells.find(({ name }) => !own.has(hashIn(name)));
    if (strange === undefined && theirs.size === own.size) continue;
    throw new UsageError({
      what: "the folders are of different grids",
      where: folder.label,
      expected: `the ${own.size} cells of ${first!.folder.label}`,
      found: strange === undefined ? `${theirs.size} of them` : `${strange.name}, which is none of them`,
      fix: "start all shards with the same grid file",
    });
  }
  return [first!, ...more];
}

const order: readonly CellState[] = ["done", "failed", "begun", "missing"];

/** A cell, as far as it has come anywhere. */
export interface UnitedCell {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly state: CellState;
  /** Where it has come so far, and its name there; absent where it is missing. */
  readonly at?: { readonly folder: GridFolder; readonly name: string };
  /** All places where there is something of it. */
  readonly places: readonly { readonly folder: GridFolder; readonly name: string; readonly state: CellState }[];
}

export function unitedCells(grids: readonly [GridSource, ...GridSource[]]): UnitedCell[] {
  return grids[0].record.cells.map(({ name, options }) => {
    const hash = hashIn(name);
    const found = grids.flatMap(({ folder, cells }) => {
      const own = cells.get(hash);
      return own === undefined ? [] : [{ folder, ...own }];
    });
    const places = found.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
    const [at] = places;
    return { name, options, places, state: at?.state ?? "missing", ...(at && { at }) };
  });
}
