/** claims.json: the paper's claims as the data decide them, for each study of a report. */
import { z } from "zod";
import { RunError } from "../../core/errors.ts";
import { jsonText } from "../../core/plain-text.ts";
import { resultNames } from "../../core/platform.ts";
import { schemaFault } from "../../core/schema-fault.ts";
import { type Claim, type StudyAnalysis, verdicts } from "../analysis/analysis.ts";
import type { Same, Writable } from "./schema-types.ts";

/** Changes only when a field changes its meaning; new fields may appear under the same name. */
const CLAIMS_SCHEMA = "gpu-importance/claims/1";

export const probability = z.number().min(0).max(1);

export const estimateSchema = z.object({
  mean: z.number(),
  repeats: z.int().min(1).describe("Networks that the mean is over."),
  sd: z.number().min(0).exactOptional().describe("Sample standard deviation over networks; absent with one."),
  interval: z
    .object({ low: z.number(), high: z.number() })
    .exactOptional()
    .describe("95 % BCa bootstrap interval over networks; absent with one."),
});

const partSchema = z.object({ name: z.string(), effect: estimateSchema, p: probability.exactOptional() });

const claimSchema = z.object({
  id: z.string(),
  statement: z.string(),
  statistic: z.string().describe("What is computed."),
  effect: estimateSchema
    .exactOptional()
    .describe("Of the weakest part; positive where the claim holds. Absent where it cannot be computed."),
  p: probability.exactOptional().describe("Two-sided, of a permutation test."),
  holm: probability
    .exactOptional()
    .describe("p after Holm's correction over all claims of the file, or all further ones."),
  verdict: z.enum(verdicts),
  reason: z.string(),
  tooFew: z.string().exactOptional().describe("How many networks would do, where these are too few for any verdict."),
  figure: z.string().describe("The figure that shows it."),
  parts: z.array(partSchema).describe("Effects that must all be there for the claim to hold."),
});

export const claimsFileSchema = z.object({
  schema: z.literal(CLAIMS_SCHEMA),
  studies: z.array(
    z.object({
      label: z.string(),
      repeats: z.int().min(0),
      claims: z.array(claimSchema),
      further: z
        .array(claimSchema)
        .exactOptional()
        .describe("Claims about measures beside the paper's, a family of their own; absent where there are none."),
    }),
  ),
});

/** Fails to compile where schema and analysis types part ways; `readonly` is the only difference allowed. */
true satisfies Same<Writable<Claim>, Writable<z.infer<typeof claimSchema>>>;

/**
 * Text of claims.json.
 * @throws RunError where a number is not finite or out of range, which JSON could not say.
 */
export function claimsFileText(analyses: readonly StudyAnalysis[]): string {
  const studies = analyses.map(({ label, repeats, claims, furtherClaims: further }) => {
    return { label, repeats, claims, ...(further.length > 0 && { further }) };
  });
  const content = { schema: CLAIMS_SCHEMA, studies };
  const result = claimsFileSchema.safeParse(content);
  if (result.success) return `${jsonText(result.data)}\n`;
  const { path, expected, found } = schemaFault(result.error, content);
  const fix = "this is a fault of the report, not of its input: please report it with the result folder";
  throw new RunError({ what: `the content does not fit at ${path}`, where: resultNames.claims, expected, found, fix });
}
