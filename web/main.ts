/** The page: opens the engine, and lists what it says. */
import { connectEngine } from "./engine/connect.ts";

const root = document.getElementById("lab")!;
connectEngine((notice) => {
  const line = document.createElement("p");
  line.textContent = notice.type;
  root.append(line);
});
