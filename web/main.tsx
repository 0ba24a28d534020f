/** The page's entry: the lab over the worker. */
import { connectEngine } from "./engine/connect.ts";
import { showLab } from "./ui/show-lab.tsx";

showLab(document.getElementById("lab")!, connectEngine, location.hash);
