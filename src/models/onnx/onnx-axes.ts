/** ONNX operators that change the shape of the value, or the places of its numbers, and no number. */
import { permutedPlaces } from "../tensor.ts";
import { type Flow, flattened, flowText, reshaped, type Walk } from "./flow.ts";
import {
  attributesOf,
  constantBeside,
  misunderstood,
  numberOf,
  type Operator,
  requireAlone,
  type Stop,
} from "./onnx-stop.ts";
import { BATCH, type Extents } from "./shape-values.ts";

function through(stop: Stop, flow: Flow | undefined, wanted: string): Walk {
  if (flow === undefined)
    return misunderstood(stop, `a shape that keeps samples apart, from ${flowText(stop.walk.flow)}`, wanted);
  return { ...stop.walk, flow };
}

/** Extents that a value is reshaped to, where -1 is what is left over. */
function targetOf(stop: Stop): Extents {
  const computed = stop.shapes.get(stop.node.input[1] ?? "");
  return computed ?? Array.from(constantBeside(stop).values);
}

export const reshape: Operator = (stop) => {
  const allowsZero = numberOf(stop, attributesOf(stop, ["allowzero"]), "allowzero", 0) !== 0;
  const extents = targetOf(stop);
  const found = `[${extents.join(", ")}]`;
  if (stop.position !== 0) misunderstood(stop, "a constant shape", "a constant to be reshaped");
  if (allowsZero && extents.includes(0)) misunderstood(stop, "a shape without empty dimensions", found);
  if (extents.includes(BATCH, 1)) misunderstood(stop, "the batch as the first dimension", found);
  // An open batch stays as it was, which 0 says.
  const target = extents.map((extent) => (extent === BATCH ? 0 : extent));
  return through(stop, reshaped(stop.walk.flow, target), found);
};

export const flatten: Operator = (stop) => {
  requireAlone(stop);
  const axis = numberOf(stop, attributesOf(stop, ["axis"]), "axis", 1);
  return through(stop, flattened(stop.walk.flow, axis), `axis ${axis}`);
};

/** Axes that a node names, by an attribute before opset 13, then by an input; of a value of `rank` dimensions. */
function axesOf(stop: Stop, rank: number): number[] {
  const said = attributesOf(stop, ["axes"]).get("axes")?.ints;
  const axes = said ?? Array.from(constantBeside(stop).values);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** Dimensions of extent 1 left out; the batch stays. */
export const squeeze: Operator = (stop) => {
  const { flow } = stop.walk;
  const sample = flow.sample ?? [];
  const axes = axesOf(stop, sample.length + 1);
  const fits = stop.position === 0 && axes.every((axis) => sample[axis - 1] === 1);
  const left = sample.filter((_, index) => !axes.includes(index + 1));
  const squeezed = flow.orientation === "rows" && fits && left.length > 0;
  return through(stop, squeezed ? { ...flow, sample: left } : undefined, `axes ${axes.join(", ")}`);
};

/** Axes in another order. Of a value [batch, features], the other way round is one sample a column. */
export const transpose: Operator = (stop) => {
  requireAlone(stop);
  const { flow, steps } = stop.walk;
  const { orientation, sample } = flow;
  const said = attributesOf(stop, ["perm"]).get("perm")?.ints;
  const rank = orientation === "vector" ? 1 : orientation === "columns" ? 2 : (sample?.length ?? 0) + 1;
  const axes = said ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (axes.every((axis, place) => axis === place) && (sample === undefined || axes.length === rank)) return stop.walk;
  const known =
    sample !== undefined && axes.toSorted().join() === Array.from({ length: rank }, (_, axis) => axis).join();
  if (known && rank === 2)
    return { flow: { ...flow, orientation: orientation === "rows" ? "columns" : "rows" }, steps };
  if (!known || orientation !== "rows" || axes[0] !== 0) {
    return misunderstood(stop, "axes of a sample of known shape, the batch left in front", `perm ${axes.join(", ")}`);
  }
  const order = axes.slice(1).map((axis) => axis - 1);
  const step = { kind: "order", name: stop.label, sources: permutedPlaces(sample, order) } as const;
  return { flow: { ...flow, sample: order.map((axis) => sample[axis]!) }, steps: [...steps, step] };
};
