/** Whether orders that know pairs keep more than mutual information, which they are made of, does alone. */
import { titleOf } from "../../../../measures/columns.ts";
import { mutualInformation } from "../../../../measures/mutual-information.ts";
import { difference } from "../../network-values.ts";
import { type ClaimEvidence, networkPart, pairedEvidence } from "../claim-evidence.ts";
import { type ClaimMaterial, modeOf } from "../claim-material.ts";
import { attainableScopes, attainedIn, lackingShares, SHARE_TEXT } from "./attained.ts";

/** @param orders ids of which each has to be better in every scope */
function betterThanInformation(
  material: ClaimMaterial,
  text: Pick<ClaimEvidence, "id" | "statement">,
  orders: readonly string[],
): ClaimEvidence {
  const mode = modeOf(material);
  const { id, title } = mutualInformation;
  const titles = orders.map(titleOf).join(", ");
  const scopes = attainableScopes(material);
  const parts = scopes.flatMap(({ scope, name }) =>
    orders.flatMap((order) => {
      const gain = difference(attainedIn(material, scope, order), attainedIn(material, scope, id));
      return networkPart(`${name}: ${titleOf(order)} minus ${title}`, gain);
    }),
  );
  const own = {
    ...text,
    statistic: `${SHARE_TEXT}, ${mode} ablation: of ${titles}${orders.length > 1 ? ", each," : ""} minus that of ${title}. The smallest difference over the scopes decides.`,
    figure: "figure-4",
  };
  return pairedEvidence(own, parts, scopes.length * orders.length, lackingShares(`${titles} and ${title}`, mode));
}

export const pairOrders = (material: ClaimMaterial): ClaimEvidence =>
  betterThanInformation(
    material,
    {
      id: "pair-orders",
      statement: "Orders that know pairs of neurons keep more accuracy than mutual information alone.",
    },
    ["mrmr", "jmi", "cmim"],
  );

export const uniqueInformation = (material: ClaimMaterial): ClaimEvidence =>
  betterThanInformation(
    material,
    {
      id: "unique-information",
      statement: "What a neuron alone knows ranks neurons better than all that it knows.",
    },
    ["unique"],
  );
