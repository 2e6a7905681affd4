import { joolImage, runInKernel, type StepResult } from "../../lab/kernel";
import {
  ask,
  become,
  coloBySix,
  coloIpv4,
  nat64Unit,
  translatorFiles,
  web,
  wiring,
} from "../../lab/translators";
import { joolWitness } from "../../network/translator";
import { throughNat64 } from "../../network/well-known";
import { exampleSettings, joolSettings, type Given } from "../support/settings";
import { bundlesOf, recordColo } from "../support/stacks";

/** An address that nobody has, and a prefix that is not the well-known one. */
const spareIpv4 = "198.51.100.11";
const otherPrefix = "2001:db8:beef:64::";

const namespace = "ipv6-home-nat64";
const told = "/run/ipv6-home-metrics/ipv6-home.prom";
const inLaptop = "ip netns exec laptop";
const inWeb = "ip netns exec web";
const beats = "cat /run/beats";
const pingWitness = `ping -6 -c 1 -W 2 ${throughNat64(joolWitness)}`;
/** Waits for ten more answers on the connection by IPv6 that has run since before. */
const alive =
  'old=$(cat /run/beats); SECONDS=0; until [ "$(cat /run/beats)" -ge $((old + 10)) ]; do [ $SECONDS -lt 20 ] || exit 1; sleep 0.2; done; echo more';

const steps = [
  ["wiring", wiring],
  ["module", "/sbin/modprobe jool && grep '^jool ' /proc/modules"],
  ["firewall", "cp -R /srv/lab/tayga/. /; nft --file /etc/ipv6-home/firewall.nft"],
  ["before", ask("laptop", web.six, 7000, "udp")],
  ["before-forward", ask("web", coloIpv4, 2222, "tcp")],
  ["phone", ask("phone", web.native, 7000, "tcp")],

  ["tayga", become("tayga")],
  [
    "beat",
    `${inLaptop} python3 /srv/lab/peer.py beat ${web.native} 7000 /run/beats </dev/null >/dev/null 2>&1 & ` +
      "SECONDS=0; until [ -s /run/beats ] || [ $SECONDS -gt 20 ]; do sleep 0.2; done; " +
      beats,
  ],
  ["by-tayga", ask("laptop", web.six, 7000, "tcp")],
  ["hairpin-of-tayga", ask("phone", coloBySix, 2222, "tcp")],
  ["witness-of-tayga", `${inLaptop} ${pingWitness}`],

  [
    "judged",
    "unshare --net jool file handle /srv/lab/jool/etc/ipv6-home/jool.json; echo $?; " +
      "sed s/pool4/pool5/ /srv/lab/jool/etc/ipv6-home/jool.json >/run/bad.json; " +
      "unshare --net jool file handle /run/bad.json; echo $?; jool instance display --csv --no-headers",
  ],
  ["jool", become("jool")],
  ["tayga-gone", "pgrep tayga; nft list ruleset | grep -c masquerade"],
  ["rules", "ip rule"],
  ["ping", `${inLaptop} ping -6 -c 1 -W 4 ${web.six}`],
  ["by-jool", ask("laptop", web.six, 7000, "tcp udp zero large=3000 large=8000 closed=7001")],
  ["ping-large", `${inLaptop} ping -6 -c 1 -W 4 -s 3000 ${web.six}`],
  ["traceroute", `${inLaptop} traceroute -6 -n -q 1 -w 2 -m 6 ${web.six}`],
  ["forward", ask("web", coloIpv4, 2222, "tcp")],
  ["forward-udp", ask("web", coloIpv4, 27015, "udp large=3000 mtu=1450")],
  ["forward-trace", `${inWeb} traceroute -n -T -p 2222 -q 1 -w 2 -m 6 ${coloIpv4}`],
  ["hairpin", ask("phone", coloBySix, 2222, "tcp")],
  ["hairpin-udp", ask("phone", coloBySix, 27015, "udp large=1200")],
  ["hairpin-to-itself", ask("laptop", coloBySix, 2222, "tcp")],
  ["hairpin-to-nobody", ask("phone", coloBySix, 2223, "tcp")],
  [
    "metrics",
    `systemctl start ipv6-home-metrics; SECONDS=0; until grep -s ^ipv6_home_nat64_ ${told} || [ $SECONDS -gt 30 ]; do sleep 0.5; done; ` +
      `ip netns exec ${namespace} jool -i nat64 stats display --all --csv | grep SESSIONS; systemctl stop ipv6-home-metrics`,
  ],
  ["not-forwarded", ask("web", coloIpv4, 2223, "tcp")],
  ["narrow", "ip -n isp link set web mtu 1300"],
  ["mtu", ask("laptop", web.six, 7000, "mtu=1380")],
  ["wide", "ip -n isp link set web mtu 1500"],
  ["colo", ask("colo", web.six, 7000, "tcp udp")],
  ["colo-itself", `${inWeb} ping -c 1 -W 2 ${coloIpv4} && ping -c 1 -W 2 ${web.four}`],
  ["private", ask("laptop", "64:ff9b::a00:1", 7000, "udp")],
  ["witness", `${pingWitness} && ${inLaptop} ${pingWitness}`],
  [
    "dead",
    `ip netns exec ${namespace} jool instance remove nat64; ${pingWitness}; ${inLaptop} ${pingWitness}; ping -6 -c 1 -W 2 2001:db8:beef::64`,
  ],

  [
    "prefix",
    `sed -i s/64:ff9b::/${otherPrefix}/ /srv/lab/spare/etc/ipv6-home/* /srv/lab/spare/etc/systemd/system/*; ` +
      `${become("spare")}; ip netns exec ${namespace} jool -i nat64 global display --csv | grep pool6; ip rule`,
  ],
  ["by-new-prefix", ask("laptop", `${otherPrefix}b00:302`, 7000, "tcp udp large=3000")],
  ["forward-spare", ask("web", spareIpv4, 2222, "tcp")],
  ["by-old-prefix", ask("laptop", web.six, 7000, "tcp")],

  ["back", become("tayga")],
  ["by-tayga-again", ask("laptop", web.six, 7000, "tcp")],
  ["alive", alive],
  [
    "left",
    `ip rule; ip netns list | grep ${namespace}; ip route show table 64; jool instance display --csv --no-headers`,
  ],
  [
    "removed",
    `systemctl stop ${nat64Unit}; ip link show nat64; ip -6 route show 64:ff9b::/96; ${ask("laptop", web.six, 7000, "udp")}`,
  ],
] as const;

type Step = (typeof steps)[number][0];

describe("NAT64 by Jool (RFC 6146, RFC 7915), with Debian's kernel", () => {
  let results: Record<string, StepResult>;
  const said = (step: Step): string => {
    const { code, output } = results[step] ?? { code: -1, output: "not run" };
    return code === 0 ? output : `failed with ${code}: ${output}`;
  };
  /** Jool's own ports of the address that it shares. */
  const ofJool = new RegExp(`^${coloIpv4} ([12]\\d{4}|3[01]\\d{3}|32[0-7]\\d\\d)$`);

  beforeAll(async () => {
    const image = await joolImage((line) => process.stderr.write(`${line}\n`));
    const filesWith = async (settings: Readonly<Record<string, Given>>) =>
      bundlesOf(await recordColo(exampleSettings("colo", { ...joolSettings, ...settings }))).flatMap(
        ({ files }) => files,
      );
    const spare = await filesWith({ "nat64.address4": spareIpv4 });
    const metrics = (await filesWith({ "metrics.enabled": true })).filter(({ path }) =>
      path.includes("metrics"),
    );
    const laid = Object.fromEntries(metrics.map(({ path, content }) => [path, { content, mode: 0o755 }]));
    results = await runInKernel(image, { ...translatorFiles({ spare }), ...laid }, steps, 900);
  }, 1_200_000);

  it("is not there before, nor is a way in", () => {
    expect(said("wiring")).toBe("");
    expect(said("module")).toMatch(/^jool /);
    expect(said("before")).not.toMatch(/\d+[.]\d+/);
    expect(said("before-forward")).toBe("tcp: TimeoutError");
  });

  it("is judged by Jool itself before it is used, and leaves nothing of that", () => {
    expect(said("judged")).toMatch(/^0\nError: Unknown tag: [^]*\n[1-9]\d*$/);
  });

  it("translates once: servers see the colo's address and one of Jool's own ports", () => {
    expect(said("by-tayga")).toMatch(/^tcp: 198[.]51[.]100[.]10 /);
    expect(said("jool")).toBe("");
    expect(said("tayga-gone")).toBe("failed with 1: 0");
    const [tcp, udp] = said("by-jool").split("\n");
    expect(tcp?.replace("tcp: ", "")).toMatch(ofJool);
    expect(udp?.replace("udp: ", "")).toMatch(ofJool);
    expect(said("ping")).toContain("1 received");
  });

  it("carries what has no checksum, fragments and errors", () => {
    const [, , zero, ...others] = said("by-jool").split("\n");
    expect(zero).toBe("zero: zero");
    expect(others).toEqual(["large=3000: 3000", "large=8000: 8000", "closed=7001: ECONNREFUSED"]);
    expect(said("ping-large")).toContain("1 received");
  });

  it("tells how large the way is, in either direction", () => {
    // 20 bytes more than the IPv4 link; and what the MTU plan leaves for IPv4.
    expect(said("mtu")).toBe("mtu=1380: 1320");
    expect(said("forward-udp").split("\n")[2]).toBe("mtu=1450: 1420");
  });

  it("shows in traceroutes, with what is behind it", () => {
    const hops = said("traceroute")
      .split("\n")
      .map((line) => line.trim().split(/\s+/)[1]);
    expect(hops.slice(2)).toEqual(["2001:db8:beef::64", "64:ff9b::c633:640a", "64:ff9b::b00:301", web.six]);
    expect(said("forward-trace")).toMatch(/ 11[.]0[.]3[.]1 [^]* 198[.]51[.]100[.]10 /);
  });

  it("leads forwarded ports to machines without IPv4, and no others", () => {
    const visitor = "64:ff9b::b00:302";
    expect(said("forward")).toMatch(new RegExp(`^tcp: ${visitor} \\d+$`));
    expect(said("forward-udp")).toMatch(new RegExp(`^udp: ${visitor} \\d+\nlarge=3000: 3000\n`));
    expect(said("not-forwarded")).toBe("tcp: TimeoutError");
  });

  it("leads machines at home to forwarded ports, too, which see the colo's address (RFC 6146, section 3.8)", () => {
    const visitor = new RegExp(`: ${coloBySix} ([12]\\d{4}|3[01]\\d{3}|32[0-7]\\d\\d)$`);
    expect(said("phone")).toMatch(/^tcp: 2001:db8:beef:101:0:ff:fe00:102 \d+$/);
    expect(said("hairpin-of-tayga")).toMatch(/^tcp: [A-Z]/i);
    expect(said("hairpin")).toMatch(visitor);
    const [udp, large] = said("hairpin-udp").split("\n");
    expect(udp).toMatch(visitor);
    expect(large).toBe("large=1200: 1200");
    expect(said("hairpin-to-itself")).toMatch(visitor);
    expect(said("hairpin-to-nobody")).toBe("tcp: ECONNREFUSED");
  });

  it("tells how many flows it has", () => {
    const [sessions, entries] = said("metrics").split("\n");
    expect(Number(/^ipv6_home_nat64_sessions (\d+)$/.exec(sessions ?? "")?.[1])).toBeGreaterThan(0);
    // The forwards are two.
    expect(Number(/^ipv6_home_nat64_bib_entries (\d+)$/.exec(entries ?? "")?.[1])).toBeGreaterThan(2);
  });

  it("serves the colo itself, which keeps its own IPv4", () => {
    const [tcp, udp] = said("colo").split("\n");
    expect(tcp?.replace("tcp: ", "")).toMatch(ofJool);
    expect(udp?.replace("udp: ", "")).toMatch(ofJool);
    expect(said("colo-itself").match(/1 received/g)).toHaveLength(2);
    expect(said("rules")).toMatch(/^1:\tfrom all fwmark 0x40 lookup 64\n2:\tfrom all lookup local\n/);
  });

  it("never goes towards what is not public", () => {
    expect(said("private")).toMatch(/^udp: E/);
  });

  it("is seen to translate, and not to", () => {
    expect(said("witness-of-tayga")).toContain("Administratively prohibited");
    expect(said("witness").match(/1 received/g)).toHaveLength(2);
    // Its network answers all the same.
    expect(said("dead").match(/\d received/g)).toEqual(["0 received", "0 received", "1 received"]);
  });

  it("is replaced when its prefix changes, and has an address of its own if it is given one", () => {
    expect(said("prefix")).toMatch(/^pool6,2001:db8:beef:64::\/96\n0:\tfrom all lookup local\n32766:/);
    const [tcp, udp, large] = said("by-new-prefix").split("\n");
    expect(tcp).toMatch(/^tcp: 198[.]51[.]100[.]11 \d+$/);
    expect(udp).toMatch(/^udp: 198[.]51[.]100[.]11 \d+$/);
    expect(large).toBe("large=3000: 3000");
    expect(said("forward-spare")).toMatch(/^tcp: 2001:db8:beef:64::b00:302 \d+$/);
    expect(said("by-old-prefix")).not.toMatch(/\d+[.]\d+/);
  });

  it("gives way to Tayga again, and no connection by IPv6 has ended", () => {
    expect(said("back")).toBe("");
    expect(said("by-tayga-again")).toMatch(/^tcp: 198[.]51[.]100[.]10 /);
    expect(said("alive")).toBe("more");
  });

  it("leaves nothing", () => {
    expect(results["left"]?.output).toMatch(
      /^0:\tfrom all lookup local\n32766:.*\n32767:[^\n]*(\nError: ipv4: FIB table does not exist.\nDump terminated)?$/,
    );
    expect(results["removed"]?.output).toMatch(/^Device "nat64" does not exist[.]\nudp: /);
  });
});
