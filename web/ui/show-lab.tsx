/** Puts the page into an element, over any engine. */
import { render } from "preact";
import { Lab } from "./lab.tsx";
import { type Connect, createStore } from "./lab-store.ts";
import { initialState } from "./state/lab-state.ts";
import { settingsFromLink } from "./state/link.ts";
import { linkedViewOf } from "./state/linked-view.ts";
import { settingTexts } from "./state/settings.ts";

/** @param hash of the page's address: a link's settings and view */
export function showLab(root: Element, connect: Connect, hash: string): void {
  const store = createStore(
    connect,
    initialState(settingTexts(settingsFromLink(hash)), linkedViewOf(hash), hash.length > 1),
  );
  // A link that is opened while the page is there changes the address alone.
  addEventListener("hashchange", () => store.dispatch({ type: "link", hash: location.hash }));
  render(<Lab store={store} />, root);
}
