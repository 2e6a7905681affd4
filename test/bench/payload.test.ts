import { payloadOf } from "../../bench/payload";
import { exampleSettings } from "../support/settings";
import { bundlesOf, recordColo, recordHome } from "../support/stacks";

test("what the other tools are given is what the stacks put on each host", async () => {
  const [colo, home] = [exampleSettings("colo"), exampleSettings("home")];
  const addresses = { colo: colo.login.address, home: home.login.address };
  const payload = await payloadOf(colo, home, addresses);
  const bundles = [await recordColo(colo), await recordHome(home, colo)].flatMap(bundlesOf);
  for (const host of ["colo", "home"] as const) {
    const given = payload[host].flatMap(({ files }) => files.map(({ path }) => path));
    const wanted = bundles
      .filter((bundle) => bundle.host === addresses[host])
      .flatMap(({ files }) => files.map(({ path }) => path));
    expect(wanted.length).toBeGreaterThan(10);
    expect(given.sort()).toEqual(wanted.sort());
  }
});
