/** The page over the scripted engine; tests reach it as `window.engine`. `?adapter=` chooses hardware, software, missing. */
import { showLab } from "../../../web/ui/show-lab.tsx";
import { type EngineScript, scriptedConnect } from "./scripted-engine.ts";

declare global {
  interface Window {
    engine: EngineScript;
  }
}

const adapter = new URLSearchParams(location.search).get("adapter") ?? "hardware";
const connect = scriptedConnect(adapter, (script) => {
  window.engine = script;
});
showLab(document.getElementById("lab")!, connect, location.hash);
