/**
 * The treatment of inputs in ONNX models that are written here: Sub and Div by constants in front of all else. Any runtime
 * computes them. Here they are taken out again and applied to the data, where folding them into weights would round these.
 */
import type { InputTreatment, KnownInputs } from "../../core/input-treatment.ts";
import { type FoundInputs, inputKeys } from "../stated-inputs.ts";
import type { Constants } from "./onnx-constants.ts";
import { type GraphMessage, type ModelMessage, type NodeMessage, nodeTable } from "./onnx-schema.ts";
import { messageWith } from "./protobuf-message.ts";

/** The model's input, and what it is after each of the nodes. */
export const valueNames = { input: "input", centered: "input_centered", treated: "input_treated" } as const;

function between(opType: string, from: string, constant: string, to: string): NodeMessage {
  return messageWith(nodeTable, { opType, name: to, input: [from, constant], output: [to] });
}

export function treatmentNodes({ inputTreatment }: KnownInputs): NodeMessage[] {
  if (inputTreatment === undefined) return [];
  const { input, centered, treated } = valueNames;
  return [between("Sub", input, inputKeys.mean, centered), between("Div", centered, inputKeys.deviation, treated)];
}

/** The constants of those nodes, each [1] or [features]. */
export function treatmentConstants({ inputTreatment }: KnownInputs): [name: string, values: Float32Array][] {
  if (inputTreatment === undefined) return [];
  const { means, deviations }: InputTreatment = inputTreatment;
  return [
    [inputKeys.mean, means],
    [inputKeys.deviation, deviations],
  ];
}

/** A model without its treatment, and what was said of inputs. */
interface WithoutTreatment {
  readonly graph: GraphMessage;
  readonly constants: Constants;
  readonly found: FoundInputs;
}

/** Whether a node computes what `treatmentNodes` writes, and nobody else reads the names between. */
function isWritten(nodes: readonly NodeMessage[], { node: all }: GraphMessage): boolean {
  const same = (a: NodeMessage | undefined, b: NodeMessage) =>
    a !== undefined &&
    a.opType === b.opType &&
    (a.domain ?? "") === "" &&
    a.attribute.length === 0 &&
    a.input.join() === b.input.join() &&
    a.output.join() === b.output.join();
  const readers = (name: string) => all.filter(({ input }) => input.includes(name)).length;
  const names = nodes.flatMap(({ input }) => input);
  return nodes.every((node, index) => same(all[index], node)) && names.every((name) => readers(name) === 1);
}

/** Takes out the nodes, where the model has them as they are written here; any other model stays as it is. */
export function withoutTreatment(
  { producerName, metadataProps }: ModelMessage,
  graph: GraphMessage,
  constants: Constants,
): WithoutTreatment {
  const own = producerName === "gpu-importance";
  const text = own ? metadataProps.find(({ key }) => key === inputKeys.inputs)?.value : undefined;
  const placeholder = { means: new Float32Array(1), deviations: new Float32Array(1) };
  const nodes = treatmentNodes({ inputTreatment: placeholder });
  const [means, deviations] = [inputKeys.mean, inputKeys.deviation].map((name) => constants.values.get(name)?.values);
  if (!own || means === undefined || deviations === undefined || !isWritten(nodes, graph))
    return { graph, constants, found: { text, means: undefined, deviations: undefined } };
  const written = graph.node.slice(0, nodes.length);
  return {
    graph: {
      ...graph,
      node: graph.node.slice(nodes.length),
      initializer: graph.initializer.filter(({ name }) => name !== inputKeys.mean && name !== inputKeys.deviation),
      input: graph.input.map((value) => ({ ...value, name: valueNames.treated })),
    },
    constants: { ...constants, nodes: constants.nodes.filter((node) => !written.includes(node)) },
    found: { text, means, deviations },
  };
}
