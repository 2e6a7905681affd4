import { raPlan } from "../../network/ra-plan";
import { lanBundle } from "../../render/dnsmasq";
import { radvdPart } from "../../render/radvd";
import { exampleLan } from "../support/lan";

const part = () => radvdPart({ ...exampleLan(), lanUnit: "lan.service", uplinkPath: "/run/uplink" });
const textOf = (path: RegExp) => part().files.find((file) => path.test(file.path))?.content ?? "";

test("each segment has a block, with all that it learns and nothing of the others", () => {
  const [head = "", ...blocks] = textOf(/radvd\.conf$/).split(/^interface /m);
  expect(head).toMatch(/^# radvd\.conf\(5\)/);
  const { segments } = exampleLan().site;
  expect(blocks).toHaveLength(segments.length);
  segments.forEach(({ interface: device, prefix, gateway }, index) => {
    const block = blocks[index] ?? "";
    expect(block.startsWith(`${device} {\n`)).toBe(true);
    expect(
      [...block.matchAll(/^ {2}(?:prefix|RDNSS|nat64prefix|DNSSL) (\S+) \{$/gm)].map(([, of]) => of),
    ).toEqual([prefix.toString(), "64:ff9b::/96", gateway.toString(), "home.arpa"]);
  });
});

test("a changed configuration is read without a stop, a changed unit is not", () => {
  expect(part().notifies).toEqual([
    { unit: "ipv6-home-radvd.service", action: "reload", paths: ["/etc/ipv6-home/radvd.conf"] },
  ]);
  expect(part().units.map(({ action, paths }) => [action, paths])).toEqual([
    ["restart", ["/etc/systemd/system/lan.service", "/etc/systemd/system/ipv6-home-radvd.service"]],
  ]);
});

test("one of the two daemons advertises, and dnsmasq has the same plan", () => {
  const conf = (ra: Parameters<typeof lanBundle>[0]["ra"]) => {
    const { files } = lanBundle({ ...exampleLan(), ra });
    return {
      dnsmasq: files.find(({ path }) => path.endsWith("/dnsmasq.conf"))?.content ?? "",
      radvd: files.find(({ path }) => path.endsWith("/radvd.conf"))?.content,
    };
  };
  const byRadvd = conf({ daemon: "radvd", uplinkLossSec: 60 });
  const byDnsmasq = conf({ daemon: "dnsmasq" });
  expect(byRadvd.dnsmasq).not.toMatch(/enable-ra|slaac|ra-param/);
  expect(byDnsmasq.radvd).toBeUndefined();
  const shared = (text: string) =>
    text
      .split("\n")
      .filter((line) => !/^(enable-ra$|ra-param=)/.test(line))
      .join("\n")
      .replaceAll(",slaac", "");
  expect(shared(byDnsmasq.dnsmasq)).toBe(byRadvd.dnsmasq);
  expect(byDnsmasq.dnsmasq).toContain(`,${raPlan.intervalSec},${raPlan.routerLifetimeSec}\n`);
});

test("the lifetimes are within what the RFCs allow", () => {
  const { intervalSec, routerLifetimeSec, preferredLifetimeSec, validLifetimeSec } = raPlan;
  // RFC 4861, section 6.2.1
  expect(intervalSec).toBeGreaterThanOrEqual(4);
  expect(intervalSec).toBeLessThanOrEqual(1800);
  expect(routerLifetimeSec).toBeGreaterThanOrEqual(intervalSec);
  expect(routerLifetimeSec).toBeLessThanOrEqual(9000);
  // RFC 9096, section 3.2
  expect(preferredLifetimeSec).toBeLessThanOrEqual(2700);
  expect(validLifetimeSec).toBeLessThanOrEqual(5400);
  expect(validLifetimeSec).toBeGreaterThanOrEqual(preferredLifetimeSec);
  // RFC 8106, section 5.1
  expect(raPlan.dnsLifetimeSec).toBeGreaterThanOrEqual(3 * intervalSec);
  // RFC 8781, section 4
  expect(raPlan.pref64LifetimeSec).toBeGreaterThanOrEqual(3 * intervalSec);
  expect(raPlan.pref64LifetimeSec).toBeLessThanOrEqual(65528);
  expect(raPlan.pref64LifetimeSec % 8).toBe(0);
});
