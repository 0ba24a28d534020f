/**
 * Loaded before the program (`node --import`): destroys the device at the given compute passes, as a driver that restarts
 * does. LOSE_DEVICE holds a pattern of labels and the numbers of the passes that match it, from 1: `^sweep|3|20`. Trials of how
 * long a study takes, after which that is said, are not counted: how many there are depends on the machine.
 */
import { globals } from "webgpu";

const [pattern, ...numbers] = process.env["LOSE_DEVICE"].split("|");
const passes = new Set(numbers.map(Number));
let counting = process.argv.includes("--quiet") || !["run", "analyze"].includes(process.argv[2]);
const { write } = process.stderr;
process.stderr.write = function (text, ...more) {
  counting ||= String(text).includes("short trials");
  return write.call(this, text, ...more);
};
const { prototype } = globals.GPUDevice;
const original = prototype.createCommandEncoder;
let seen = 0;
prototype.createCommandEncoder = function (descriptor) {
  const encoder = original.call(this, descriptor);
  if (counting && new RegExp(pattern).test(descriptor?.label ?? "") && passes.has(++seen)) this.destroy();
  return encoder;
};
