/** grid.json, which says what cells a grid has, and the small files that say how each came out. */
import { z } from "zod";
import { ablationModes } from "../../core/ablation.ts";
import { RunError } from "../../core/errors.ts";
import { jsonText } from "../../core/plain-text.ts";
import { schemaFault } from "../../core/schema-fault.ts";
import { type Answer, answerVerdicts, verdicts } from "../analysis/analysis.ts";
import type { CellResult } from "../grid/grid-row.ts";
import { estimateSchema, probability } from "./claims-file.ts";
import type { Same, Writable } from "./schema-types.ts";

/** Change only when a field changes its meaning. */
const GRID_SCHEMA = "gpu-importance/grid/1";
const CELL_SCHEMA = "gpu-importance/grid-cell/1";

const cellName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+_-]*_[0-9a-f]{16}$/);
const recordSchema = z.object({
  schema: z.literal(GRID_SCHEMA),
  package: z.string().describe("Version of the program."),
  file: z.string().describe("Name of the grid file."),
  varying: z.string().describe("What varies, for people."),
  cells: z.array(
    z.object({ name: cellName, options: z.record(z.string(), z.string()).describe("As the command line has them.") }),
  ),
});
/** What a grid is. */
export type GridRecord = Omit<z.infer<typeof recordSchema>, "schema">;

const answerSchema = z.object({
  scope: z.custom<Answer["scope"]>((value) => typeof value === "string"),
  measure: z.string(),
  difference: estimateSchema,
  p: probability.exactOptional(),
  holm: probability.exactOptional(),
  verdict: z.enum(answerVerdicts),
  networksToDecide: z.number().exactOptional(),
});
const resultSchema = z.object({
  accuracy: estimateSchema,
  mode: z.enum(ablationModes).exactOptional(),
  answers: z.array(answerSchema),
  claims: z.array(
    z.object({
      id: z.string(),
      statement: z.string(),
      effect: estimateSchema.exactOptional(),
      holm: probability.exactOptional(),
      verdict: z.enum(verdicts),
    }),
  ),
  warnings: z.array(z.string()),
  origin: z.object({
    version: z.string(),
    adapter: z.string(),
    tiles: z.string(),
    data: z.string(),
    sha256: z.string(),
  }),
});
true satisfies Same<Writable<CellResult>, Writable<z.infer<typeof resultSchema>>>;

const doneSchema = z.object({
  schema: z.literal(CELL_SCHEMA),
  state: z.literal("done"),
  elapsedMs: z.number().min(0),
  result: resultSchema,
});
const failedSchema = z.object({ schema: z.literal(CELL_SCHEMA), state: z.literal("failed"), message: z.string() });
const summarySchema = z.discriminatedUnion("state", [doneSchema, failedSchema]);

export interface DoneSummary {
  readonly state: "done";
  /** Of all stages. */
  readonly elapsedMs: number;
  readonly result: CellResult;
}

/** How a cell came out. */
export type CellSummary = DoneSummary | { readonly state: "failed"; readonly message: string };

/** @param where the file, for messages @throws RunError where it is none of its kind, or damaged */
function parsed<T extends z.ZodType>(schema: T, text: string, where: string, fix: string): z.infer<T> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const found = (error as Error).message;
    throw new RunError({ what: "the file is damaged", where, expected: "JSON", found, fix }, { cause: error });
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const { path, expected, found } = schemaFault(result.error, content);
  throw new RunError({ what: `the content does not fit at ${path}`, where, expected, found, fix });
}

export function parseGridRecord(text: string, where: string): GridRecord {
  return parsed(
    recordSchema,
    text,
    where,
    "start the grid again with its file: it writes it anew, and keeps all cells",
  );
}

export function gridRecordText(record: GridRecord): string {
  return `${jsonText({ schema: GRID_SCHEMA, ...record })}\n`;
}

export function parseCellSummary(text: string, where: string): CellSummary {
  return parsed(summarySchema, text, where, "remove it: the grid makes it anew from the cell's results");
}

export function cellSummaryText(summary: CellSummary): string {
  return `${jsonText({ schema: CELL_SCHEMA, ...summary })}\n`;
}
