import { describe as describeLab } from "../../lab/lab";
import { tour } from "../../lab/tour";
import { closeEngine, theEngine } from "./support";

afterAll(closeEngine);

it("the tour shows a rotation, a lock-out and drift, each as it should be", async () => {
  const { lines, ok } = await tour(await theEngine(), describeLab(), () => undefined);
  console.log(lines.join("\n"));
  expect([lines, ok]).toEqual([lines, true]);
}, 400_000);
