/** What the page is, a first visit in four steps, and the keys: open until it was closed once. */
import { useState } from "preact/hooks";

const SEEN = "gpu-importance-help-seen";

/** Browsers may keep nothing, or refuse to say; then the help opens on every visit. */
function wasSeen(): boolean {
  try {
    return localStorage.getItem(SEEN) !== null;
  } catch {
    return false;
  }
}

function rememberSeen(): void {
  try {
    localStorage.setItem(SEEN, "1");
  } catch {
    // Kept or not, the page works.
  }
}

const keys: readonly (readonly [string, string])[] = [
  ["Arrows", "walk over the neurons of a layer"],
  ["Shift with arrows or a click", "look at a second neuron together with the first"],
  ["Delete, Backspace or X", "remove the neuron, or put it back"],
  ["Ctrl+Z", "undo a removal"],
  ["Ctrl+Y or Ctrl+Shift+Z", "redo it"],
  ["Enter, Escape", "choose what the scatter's frame holds, or drop the frame"],
];

/** Whether the help is open, and a way to change it; closing it is remembered. */
export function useHelp(): { readonly open: boolean; readonly toggle: () => void } {
  const [open, setOpen] = useState(() => !wasSeen());
  const toggle = () => {
    if (open) rememberSeen();
    setOpen(!open);
  };
  return { open, toggle };
}

export const HELP_ID = "help";

export function Help() {
  return (
    <section id={HELP_ID} class="panel help" aria-label="Help">
      <p>Which neurons does a network need? Look at each, remove some, and see what that costs.</p>
      <ol>
        <li>
          <strong>Look.</strong> Each square is a neuron; the fuller its colour, the higher the measure chosen above it.
          Click one: the panel beside it says what it knows of the classes. Click a digit there: what is it taken for?
          Click a second one with Shift, or after <em>Pair</em>: what do the two know together?
        </li>
        <li>
          <strong>Remove.</strong> Move the slider, or choose <em>Remove</em> and click neurons. The test accuracy below
          says what the network can do without them.
        </li>
        <li>
          <strong>Compare.</strong> The curves show the accuracy when neurons go one after another: by each measure, and
          at random. A measure that helps stays above random when the lowest go first.
        </li>
        <li>
          <strong>Train your own.</strong> Choose layers and press <em>Train</em>, or drop a network or your data on the
          page: tables, arrays, a folder of pictures for each class. Nothing leaves your computer.
        </li>
      </ol>
      <dl class="keys">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
