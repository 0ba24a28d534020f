/** orders.csv: which neuron was removed when; one row per order and position. */

import {
  type Direction,
  directions,
  type NeuronAddress,
  type OrderKey,
  type RemovalOrder,
} from "../../core/ablation.ts";
import { resultNames } from "../../core/platform.ts";
import { layerOf, layerScope, parseScope, SCOPES_TEXT, type ScopeText, scopeText } from "../../core/scope.ts";
import { type CsvRow, type CsvTable, csvText, isMeasureId, readCsv, requireHeader } from "./csv.ts";

/** Columns that name an order; curves.csv begins with the same ones. */
export const orderKeyColumns = ["repeat", "scope", "measure", "direction", "draw"] as const;
const ordersHeader = [...orderKeyColumns, "position", "layer", "neuron"];

/** The cells of `orderKeyColumns`, joined as CSV. Measure ids hold neither commas nor quotes. */
export function orderKeyText(order: OrderKey): string {
  return [order.repeat, order.scope, order.measure, order.direction, order.draw].join(",");
}

function* orderLines(order: RemovalOrder): Generator<string> {
  const key = orderKeyText(order);
  let position = 0;
  for (const { layer, neuron } of order.neurons) yield `${key},${position++},${layer},${neuron}`;
}

export const ordersTable: CsvTable<RemovalOrder> = { header: () => ordersHeader, lines: orderLines };

/** Text of orders.csv in chunks. */
export function ordersCsv(orders: Iterable<RemovalOrder>): Iterable<string> {
  return csvText(ordersTable, orders);
}

function scopeIn(row: CsvRow): ScopeText {
  const text = row.text("scope");
  const scope = parseScope(text);
  return scope === undefined ? row.fail("scope is not known", SCOPES_TEXT, text) : scopeText(scope);
}

function measureOf(row: CsvRow): string {
  const measure = row.text("measure");
  return isMeasureId(measure) ? measure : row.fail("this is not a measure", "a measure's name or random", measure);
}

interface OrderUnderWay extends RemovalOrder {
  readonly direction: Direction;
  readonly neurons: NeuronAddress[];
}

function openOrder(row: CsvRow): OrderUnderWay {
  return {
    repeat: row.uint32("repeat"),
    scope: scopeIn(row),
    measure: measureOf(row),
    direction: row.oneOf("direction", directions),
    draw: row.uint32("draw"),
    neurons: [],
  };
}

function takeNeuron(order: OrderUnderWay, row: CsvRow): void {
  const position = order.neurons.length;
  if (row.uint32("position") !== position) {
    row.fail("positions are missing or out of order", String(position), row.text("position"));
  }
  const layer = row.uint32("layer");
  if (order.scope !== layerScope(layer) && layerOf(order.scope) !== undefined) {
    row.fail("the layer is outside the order's scope", order.scope, `layer${layer}`);
  }
  order.neurons.push({ layer, neuron: row.uint32("neuron") });
}

/**
 * The orders of orders.csv, in the file's order.
 * @throws RunError naming file and line. An order that lost its last rows is noticed by parseCurvesCsv, whose curves end
 * with all of the order removed.
 */
export function parseOrdersCsv(text: string, file: string = resultNames.orders): RemovalOrder[] {
  const orders = new Map<string, OrderUnderWay>();
  let currentKey: string | undefined;
  let current: OrderUnderWay | undefined;
  readCsv(text, file, (header) => {
    requireHeader(file, header, ordersHeader);
    return (row) => {
      const key = row.key(orderKeyColumns.length);
      if (current === undefined || key !== currentKey) {
        if (orders.has(key)) row.fail("an order appears twice", "the rows of an order together", key);
        current = openOrder(row);
        currentKey = key;
        orders.set(key, current);
      }
      takeNeuron(current, row);
    };
  });
  return [...orders.values()];
}
