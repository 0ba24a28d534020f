// Has work that is never saved; says when a signal has come, and what it would have kept.
import { endInOrder, saveOnSignal } from "../../dist/cli/results/interruption.js";

saveOnSignal(() => new Promise(() => {}));
endInOrder(
  () => process.stdout.write("stopping\n"),
  () => ({ kept: "nothing" }),
);
process.stdout.write("ready\n");
setInterval(() => {}, 1000);
