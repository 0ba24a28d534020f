/**
 * ONNX models that are chains of dense layers. The graph is walked from its one input to its one output; every node must lie
 * on this way or make constants, and every operator must be understood.
 */
import { activations } from "../../core/activation.ts";
import type { InputForm } from "../../core/network.ts";
import { withoutOnes } from "../../core/sample-axes.ts";
import { chainOf } from "../chain-steps.ts";
import { formOfTexts } from "../input-form.ts";
import type { ModelFiles, ModelReader, ReadChain } from "../model-reader.ts";
import { type Refuse, reasonOf, refuseIn } from "../refuse.ts";
import { featuresOf, readInputs } from "../stated-inputs.ts";
import { complementOf } from "./complement.ts";
import { type Flow, flowText, inputFlow, sampleOfInput, type Walk } from "./flow.ts";
import { type Constants, collectConstants, loadExternalData } from "./onnx-constants.ts";
import { learningOperators, operators, takesWhole } from "./onnx-operators.ts";
import {
  type GraphMessage,
  type ModelMessage,
  modelTable,
  type NodeMessage,
  opsets,
  PRODUCER,
  realTypes,
  type ValueMessage,
  wholeTypes,
} from "./onnx-schema.ts";
import { type PointwisePattern, pointwisePattern } from "./pointwise-pattern.ts";
import { decodeMessage } from "./protobuf-message.ts";
import { computedShapes, type Extents } from "./shape-values.ts";
import { withoutTreatment } from "./treatment-nodes.ts";

const FIX = "export the network again as a chain of dense layers, or save its weights as safetensors or .npz";
/** skl2onnx for one adds the class to the probabilities. */
const ONE_OUTPUT =
  "keep the logits or probabilities alone, as onnx.utils.extract_model(from, to, [input], [output]) does; " +
  "of scikit-learn, save coefs_ and intercepts_ with numpy.savez instead";
/** More than any chain has, so that a damaged or hostile graph is not walked for long. */
const MOST_NODES = 10_000;
/** Field 1 of ModelProto, a varint: what writers begin with. */
const IR_VERSION_TAG = 0x08;
const SUPPORTED = `operators ${Object.keys(operators).join(", ")}, and Scaler of ai.onnx.ml`;

const labelOf = ({ opType = "", name, output }: NodeMessage) => `${opType} ${name || output[0] || "without a name"}`;

function decodeModel(bytes: Uint8Array, refuse: Refuse): ModelMessage {
  try {
    return decodeMessage(modelTable, bytes);
  } catch (error) {
    const expected = "an ONNX ModelProto as of ONNX 1.2 to 1.18";
    return refuse({ what: "the file cannot be decoded", expected, found: reasonOf(error) }, error);
  }
}

/** Version of the standard operators. */
function opsetOf({ opsetImport }: ModelMessage, refuse: Refuse): number {
  const standard = opsetImport.filter(({ domain = "" }) => domain === "" || domain === "ai.onnx");
  const version = standard[0]?.version ?? 0;
  if (standard.length !== 1 || version < opsets.first || version > opsets.last) {
    const found = standard.map((one) => `opset ${one.version}`).join(", ") || "no operator set";
    const fix = `export the network again with an opset of ${opsets.first} to ${opsets.last}`;
    refuse({
      what: "the operators' version is not understood",
      expected: `opset ${opsets.first} to ${opsets.last}`,
      found,
      fix,
    });
  }
  return version;
}

function only(
  values: readonly ValueMessage[],
  what: string,
  refuse: Refuse,
  fix: string | undefined = undefined,
): ValueMessage & { readonly name: string } {
  const [value, another] = values;
  if (value?.name !== undefined && another === undefined) return { ...value, name: value.name };
  const found = values.map(({ name }) => name).join(", ") || "none";
  return refuse({
    what: `the graph does not have exactly one ${what}`,
    expected: `one ${what}`,
    found,
    ...(fix && { fix }),
  });
}

/** Every value is made once, so that following them ends. */
function requireUniqueNames(graph: GraphMessage, input: string, refuse: Refuse): void {
  const made = new Set([input]);
  const outputs = graph.node.flatMap(({ output }) => output.filter((name) => name !== ""));
  for (const name of [...graph.initializer.map((tensor) => tensor.name ?? ""), ...outputs]) {
    if (made.has(name)) {
      refuse({ what: `the value ${name} is made twice`, expected: "a graph without cycles", found: "a second source" });
    }
    made.add(name);
  }
}

/** Constants at the inputs of a node; undefined where its value comes in, or a shape. */
function constantsAt({
  node,
  value,
  constants,
  shapes,
  refuse,
}: {
  node: NodeMessage;
  value: string;
  constants: Constants;
  shapes: Shapes;
  refuse: Refuse;
}) {
  return node.input.map((name) => {
    if (name === "" || name === value || shapes.has(name)) return undefined;
    const constant = constants.values.get(name);
    if (constant !== undefined) return constant;
    const expected = `${value} and constants`;
    return refuse({ what: `${labelOf(node)} takes a second value`, expected, found: name });
  });
}

/** What was computed so far from shapes of the value, by name. */
type Shapes = ReadonlyMap<string, Extents>;

interface Position {
  readonly value: string;
  readonly walk: Walk;
}

/** ONNX Runtime makes operators of its own when it optimises. */
function fixFor(domain: string): { fix?: string } {
  if (domain !== "com.microsoft") return {};
  return { fix: "take the file as it was before ONNX Runtime optimised it (or at its level basic)" };
}

function operatorOf(opType: string, domain: string) {
  const standard = ["", "ai.onnx"].includes(domain) || (domain === "com.microsoft" && opType === "Gelu");
  const known = standard ? operators : domain === "ai.onnx.ml" ? learningOperators : {};
  return Object.hasOwn(known, opType) ? known[opType] : undefined;
}

/** @throws RunError for what would compute in whole numbers. */
function requireWholeFit(opType: string, label: string, refuse: Refuse): void {
  if (takesWhole.includes(opType)) return;
  const fix = "export the network with a cast to float in front, as x.float() is in PyTorch";
  refuse({ what: `${label} takes whole numbers`, expected: "a cast to real numbers first", found: opType, fix });
}

/** What the graph says beside its nodes. */
interface Surroundings {
  readonly constants: Constants;
  readonly shapes: Shapes;
  readonly opset: number;
}

/** One node further. */
function pass(
  node: NodeMessage,
  { value, walk }: Position,
  { constants, shapes, opset }: Surroundings,
  refuse: Refuse,
): Position {
  const { opType = "", domain = "" } = node;
  const label = labelOf(node);
  const operator = operatorOf(opType, domain);
  if (operator === undefined) {
    const found = domain === "" ? opType : `${opType} of ${domain}`;
    return refuse({ what: `${label} is not supported`, expected: SUPPORTED, found, ...fixFor(domain) });
  }
  if (walk.flow.whole) requireWholeFit(opType, label, refuse);
  const at = constantsAt({ node, value, constants, shapes, refuse });
  const position = node.input.indexOf(value);
  const next = operator({ node, label, walk, position, constants: at, shapes, opset, refuse });
  return { value: node.output[0] ?? "", walk: next };
}

/** Over nodes that are an activation together. */
function passPattern({ nodes, value, activation }: PointwisePattern, { walk }: Position, refuse: Refuse): Position {
  const name = nodes.map(labelOf).join(", ");
  if (walk.flow.whole) requireWholeFit("several nodes", name, refuse);
  if (activation === undefined) {
    const expected = `one of ${activations.join(", ")}`;
    return refuse({ what: "nodes make an activation that is not supported", expected, found: name });
  }
  return { value, walk: { flow: walk.flow, steps: [...walk.steps, { kind: "activation", name, activation }] } };
}

interface Walked extends Walk {
  /** What goes in. */
  readonly input: Flow;
}

/** @throws RunError where the input is of no numbers. */
function typedInput(input: ValueMessage, refuse: Refuse): Flow {
  const type = input.type?.tensorType?.elemType;
  if (type === undefined || realTypes.includes(type) || wholeTypes.includes(type)) return inputFlow(input);
  const expected = "real numbers or whole ones";
  return refuse({ what: `the input ${input.name} is not understood`, expected, found: `ONNX data type ${type}` });
}

/** @throws RunError where what comes out of the graph is more than a number for each class. */
function requireClasses({ flow }: Walk, refuse: Refuse): void {
  const [, another] = withoutOnes(flow.sample ?? []);
  if (another === undefined) return;
  refuse({ what: "the graph's output is not understood", expected: "[batch, classes]", found: flowText(flow) });
}

/** Whether the value is the sigmoid of one number a sample. */
function isOneProbability({ flow, steps }: Walk): boolean {
  const last = steps.at(-1);
  return flow.sample?.join() === "1" && last?.kind === "activation" && last.activation.kind === "sigmoid";
}

/** From the input to the output, through every node that is not a constant. */
function walkGraph(graph: GraphMessage, constants: Constants, opset: number, refuse: Refuse): Walked {
  const inputs = graph.input.filter(({ name }) => !constants.values.has(name ?? ""));
  const input = only(inputs, "input", refuse);
  const output = only(graph.output, "output", refuse, ONE_OUTPUT);
  requireUniqueNames(graph, input.name, refuse);
  const left = new Set(constants.nodes);
  const users = new Map<string, NodeMessage[]>();
  for (const node of left) {
    for (const name of new Set(node.input)) users.set(name, [...(users.get(name) ?? []), node]);
  }
  const shapes = new Map<string, Extents>();
  const flow = typedInput(input, refuse);
  let position: Position = { value: input.name, walk: { flow, steps: [] } };
  while (position.value !== output.name) {
    const computed = computedShapes(position.value, position.walk.flow, users, constants.values);
    for (const part of computed.nodes) left.delete(part);
    for (const [name, extents] of computed.shapes) shapes.set(name, extents);
    const [node, second] = (users.get(position.value) ?? []).filter((user) => left.has(user));
    if (node !== undefined && second === undefined) {
      left.delete(node);
      position = pass(node, position, { constants, shapes, opset }, refuse);
      continue;
    }
    const complement = isOneProbability(position.walk) && complementOf(position.value, users, constants.values);
    if (complement) {
      for (const part of complement.nodes) left.delete(part);
      position = { value: complement.value, walk: position.walk };
      continue;
    }
    const pattern = pointwisePattern(position.value, users, constants.values);
    if (pattern === undefined) {
      const found = node === undefined ? "none" : `${labelOf(node)}, ${labelOf(second!)}`;
      return refuse({
        what: `the value ${position.value} does not have exactly one reader`,
        expected: "a chain: one node",
        found,
      });
    }
    for (const part of pattern.nodes) left.delete(part);
    position = passPattern(pattern, position, refuse);
  }
  requireNothingLeft(left, graph, constants, refuse);
  requireClasses(position.walk, refuse);
  return { ...position.walk, input: flow };
}

/** What the file says of its inputs; our own files say it beside the graph. */
function inputForm(model: ModelMessage, { input, steps }: Walked, refuse: Refuse): InputForm | undefined {
  const text = (name: string) => model.metadataProps.find(({ key }) => key === name)?.value;
  if (model.producerName === PRODUCER) return formOfTexts(text, refuse).input;
  const first = steps.find((step) => step.kind === "dense");
  const shape = first && sampleOfInput(input, first.inputs);
  return { ...(shape && { shape }), ...(input.whole && { whole: true }) };
}

function requireNothingLeft(
  left: ReadonlySet<NodeMessage>,
  graph: GraphMessage,
  constants: Constants,
  refuse: Refuse,
): void {
  const [node] = left;
  const chain = "a chain from the input to the output";
  if (node !== undefined) {
    refuse({ what: `${labelOf(node)} is not on the way`, expected: chain, found: "a cycle, or a second branch" });
  }
  const read = new Set(graph.node.flatMap(({ input }) => input));
  const unread = graph.initializer.find(({ name = "" }) => !read.has(name));
  if (unread !== undefined) {
    const found = `shape [${constants.values.get(unread.name ?? "")!.shape.join(", ")}]`;
    refuse({ what: `no node reads the constant ${unread.name}`, expected: "all weights in use", found });
  }
}

async function read(files: ModelFiles): Promise<ReadChain> {
  const refuse = refuseIn(files.name, FIX);
  const model = decodeModel(files.bytes, refuse);
  const opset = opsetOf(model, refuse);
  const { graph } = model;
  if (graph === undefined) return refuse({ what: "the file holds no graph", expected: "an ONNX model", found: "none" });
  if (graph.node.length > MOST_NODES) {
    refuse({ what: "the graph is too large", expected: `at most ${MOST_NODES} nodes`, found: `${graph.node.length}` });
  }
  if (model.functions.length > 0 || graph.sparseInitializer.length > 0) {
    refuse({
      what: "the model is not understood",
      expected: SUPPORTED,
      found: "functions or sparse constants of its own",
    });
  }
  const all = collectConstants(graph, await loadExternalData(graph, files, refuse), refuse);
  const { graph: rest, constants, found } = withoutTreatment(model, graph, all);
  const walked = walkGraph(rest, constants, opset, refuse);
  const { chain, notes } = chainOf(walked.steps, refuse, inputForm(model, walked, refuse));
  return { chain: { ...chain, ...readInputs(found, featuresOf(chain), refuse) }, notes };
}

export const onnxReader: ModelReader = {
  format: "ONNX",
  suffixes: [".onnx"],
  begins: ([tag]) => tag === IR_VERSION_TAG,
  read,
};
