// Claims the folder of the argument by the built program, says whether it got it, and keeps it until it is killed.
import { claim, claimOfFolder } from "../../dist/platform/node/claim.js";

try {
  await claim(claimOfFolder(process.argv[2]));
  process.stdout.write("own\n");
  setInterval(() => {}, 1000);
} catch (error) {
  process.stdout.write(`${error.name}\n`);
}
