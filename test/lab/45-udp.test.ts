import { withTools } from "../../lab/exec";
import { run } from "../../lab/run";
import { type HostName, type Place } from "../../lab/topology";
import { capture } from "./capture";
import { closeEngine, sh, until } from "./support";

afterAll(closeEngine);

/** From where to where datagrams are tried, and how the gate lets port 9 pass for the control. */
interface Probe {
  readonly from: Place;
  readonly device: string;
  readonly own: string;
  readonly address: string;
  readonly gate: HostName;
  readonly open: string;
}

const phone = "2001:db8:beef:101:0:ff:fe00:102";
const laptop = "2001:db8:beef:101:0:ff:fe00:101";
const attacker4 = { from: "attacker", device: "eth0", own: "11.0.5.2" } as const;
const attacker6 = { from: "attacker", device: "eth0", own: "2001:db8:bad::2" } as const;
// Nobody on the internet can send to the home's WAN past the ISP's NAT44; a neighbour on its link can.
const neighbour = { from: "isp", device: "home", own: "10.99.0.1" } as const;

const input = "nft insert rule inet ipv6_home input udp dport 9 accept";
const pinhole = (address: string) => `nft add element inet ipv6_home pinholes '{ ${address} . udp . 9 }'`;

/** Does something while a gate lets port 9 pass; a reload closes it again. */
async function whileOpen({ gate, open }: Probe, work: () => Promise<unknown>): Promise<void> {
  await sh(gate, open);
  try {
    await work();
  } finally {
    await sh(gate, "systemctl reload ipv6-home-firewall");
  }
}

const send = (from: Place, address: string, port: number) =>
  sh(from, `bash -c 'printf probe >/dev/udp/${address}/${port}'`);

/**
 * All that comes back for a datagram to each of the ports, as lines of tcpdump: a closed port that can be reached is
 * answered by ICMP. A ping passes after them, so that silence needs no waiting.
 */
async function answers({ from, device, own, address, gate }: Probe, ports: readonly number[]) {
  const filter = `host ${own} and (udp or icmp or icmp6) and not port 67`;
  const seen = await capture(from, device, filter, async (sees) => {
    for (const port of ports) {
      await send(from, address, port);
      await sees(new RegExp(`> ${address}\\.${port}: `));
    }
    // The home answers no ping on its WAN; its own ones pass.
    await (from === "isp" ? sh(gate, `ping -c 1 -W 2 ${own}`) : sh(from, `ping -c 1 -W 2 ${address}`));
    await sees(new RegExp(`> ${own}: ICMP6?,? echo`));
  });
  return seen.filter((line) => new RegExp(`> ${own}(\\.\\d+)?: `).test(line) && !/echo|neighbor/.test(line));
}

describe("a UDP datagram", () => {
  // Nobody listens on 9 (discard, RFC 863); the others are ports of our daemons, of the tunnel, of a TCP pinhole.
  const ports = [9, 22, 53, 547, 51820];

  it.each<[string, Probe]>([
    ["the colo by IPv4", { ...attacker4, address: "11.0.1.2", gate: "colo", open: input }],
    ["the colo by IPv6", { ...attacker6, address: "2001:db8:c010::2", gate: "colo", open: input }],
    ["the home by its WAN", { ...neighbour, address: "10.99.0.100", gate: "home", open: input }],
    ["the home by the tunnel", { ...attacker6, address: "2001:db8:beef:101::1", gate: "home", open: input }],
    ["a machine at home", { ...attacker6, address: phone, gate: "home", open: pinhole(phone) }],
  ])("to %s gets no answer, unless its port is opened", async (_, probe) => {
    expect(await answers(probe, ports)).toEqual([]);
    await whileOpen(probe, async () => {
      expect(await answers(probe, ports)).toEqual([expect.stringMatching(/unreach.*port 9|port 9 unreach/)]);
    });
    expect(await answers(probe, [9])).toEqual([]);
  });

  it("does not arrive at a machine at home but by a pinhole, and one for TCP is none for UDP", async () => {
    const probe: Probe = { ...attacker6, address: laptop, gate: "home", open: pinhole(laptop) };
    const seen = await capture("laptop", "eth0", `src host ${probe.own} and ip6`, async (sees) => {
      expect(await answers(probe, ports)).toEqual([]);
      await sees(/echo request/);
      await whileOpen(probe, async () => {
        await send(probe.from, laptop, 9);
        await sees(new RegExp(`> ${laptop}\\.9: UDP`));
      });
    });
    expect(seen.filter((line) => !line.includes("echo request"))).toHaveLength(1);
  });
});

describe("the tunnel's port", () => {
  const conntrack = (host: HostName, verb: "-L" | "-D", source: string) =>
    run(withTools(host, ["conntrack", verb, "-p", "udp", "--orig-src", source]), { allowFailure: true });
  /** The UDP ports of a host whose datagrams from an address have passed its ruleset: conntrack knows no others. */
  const passed = async (host: HostName, source: string): Promise<string[]> => {
    const { stdout } = await conntrack(host, "-L", source);
    const found = [...stdout.matchAll(/^udp .*? dport=(518\d\d) /gm)].map(([, port]) => port ?? "");
    return [...new Set(found)].sort();
  };
  const tried = [51819, 51821, 51822, 51820];

  it("is open at the colo, that of the one generation that there is and no other", async () => {
    await conntrack("colo", "-D", attacker4.own);
    for (const port of tried) await send("attacker", "11.0.1.2", port);
    await until("the last one has passed", 5, async () =>
      (await passed("colo", attacker4.own)).includes("51820"),
    );
    expect(await passed("colo", attacker4.own)).toEqual(["51820"]);
  });

  it("is open at the home to nobody but the colo that it dials", async () => {
    for (const port of tried) await send("isp", "10.99.0.100", port);
    await sh("home", "nft insert rule inet ipv6_home input udp dport 51822 accept");
    await send("isp", "10.99.0.100", 51822);
    await until("the last one has passed", 5, async () => (await passed("home", neighbour.own)).length > 0);
    await sh("home", "systemctl reload ipv6-home-firewall");
    expect(await passed("home", neighbour.own)).toEqual(["51822"]);
  });
});
