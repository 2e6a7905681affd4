import { killHost, rebootHost, restartHost, startHost } from "../../lab/lab";
import type { HostName } from "../../lab/topology";
import { closeEngine, sh, trySh, until } from "./support";

afterAll(closeEngine);

const online = (withinSec: number) =>
  until("the laptop reaches an IPv4-only server by name", withinSec, async () =>
    (await trySh("laptop", "curl -sS -m 2 http://web4.lab.example/hello")).stdout.startsWith(
      "hello from web4",
    ),
  );

const powerCut = async (host: HostName) => {
  await killHost(host);
  await startHost(host);
};

describe("hosts come back as they were", () => {
  it.each([
    ["home", "reboot", rebootHost],
    ["colo", "shutdown and boot", restartHost],
    ["home", "power cut", powerCut],
    ["colo", "power cut", powerCut],
  ] as const)(
    "%s after a %s",
    async (host, _how, again) => {
      await online(10);
      await again(host);
      await online(60);
      expect(await sh(host, "systemctl --failed --no-legend")).toBe("");
      expect((await sh(host, "nft list tables")).trim()).toBe("table inet ipv6_home");
    },
    180_000,
  );
});
