import { joolImage, runInKernel, type StepResult } from "../lab/kernel";
import { ask, become, coloIpv4, translatorFiles, web, wiring } from "../lab/translators";
import { table, targetTable, type Report, type Target } from "./figures";

const translators = ["tayga", "jool"] as const;
type Translator = (typeof translators)[number];
type Step = readonly [name: string, line: string];

const inLaptop = "ip netns exec laptop";
/** Ticks in which a processor of the machine was busy: all of /proc/stat but idle and iowait. */
const busy = "awk '/^cpu /{print $2+$3+$4+$7+$8}' /proc/stat";
const sizes = [65507, 48000, 32000, 16000, 8000, 3000];

const throughput = (name: string, seconds: number, option: string): Step => [
  name,
  `ip netns exec web iperf3 -s -1 -D >/dev/null 2>&1; sleep 1; a=$(${busy}); ` +
    `timeout 60 ${inLaptop} iperf3 -c ${web.six} -t ${seconds} -i 0 -f k ${option} | grep receiver; b=$(${busy}); echo "$((b - a)) ticks"`,
];

/** What is asked of one translator. */
const measure = (which: Translator, seconds: number): Step[] => [
  [`${which}-start`, become(which)],
  [`${which}-warm`, ask("laptop", web.six, 7000, "tcp udp")],
  throughput(`${which}-up`, seconds, ""),
  throughput(`${which}-down`, seconds, "-R"),
  [`${which}-connect`, `${inLaptop} python3 /srv/lab/peer.py connect ${web.six} 7000 ${seconds}`],
  [`${which}-ping`, `${inLaptop} ping -6 -q -c 50 -i 0.1 -W 4 ${web.six} | tail -n 1`],
  [
    `${which}-asked`,
    ask(
      "laptop",
      web.six,
      7000,
      `tcp udp zero closed=7001 ${sizes.map((size) => `large=${size}`).join(" ")}`,
    ),
  ],
  [`${which}-echo`, `${inLaptop} ping -6 -c 1 -W 4 -s 3000 ${web.six}`],
  [
    `${which}-mtu`,
    `ip -n isp link set web mtu 1300; ${ask("laptop", web.six, 7000, "mtu=1380")}; ip -n isp link set web mtu 1500`,
  ],
  [`${which}-trace`, `${inLaptop} traceroute -6 -n -q 1 -w 2 -m 6 ${web.six}`],
  [`${which}-in`, ask("web", coloIpv4, 27015, "udp large=3000 mtu=1450")],
  [`${which}-trace-in`, `ip netns exec web traceroute -n -T -p 2222 -q 1 -w 2 -m 6 ${coloIpv4}`],
];

/** Figures of one translator; what could not be measured is not a number. */
interface Figures {
  readonly mbits: { readonly up: number; readonly down: number };
  readonly cpuPerGbit: number;
  readonly connections: number;
  readonly ping: number;
  readonly largest: number;
  readonly matrix: readonly (readonly [what: string, verdict: string])[];
}

function read(
  results: Readonly<Record<string, StepResult>>,
  which: Translator,
  seconds: number,
  direct: number,
): Figures {
  const said = (step: string) => results[`${which}-${step}`]?.output ?? "";
  const flow = (step: string) => {
    const mbits = Number(/([\d.]+) Kbits\/sec/.exec(said(step))?.[1]) / 1000;
    return { mbits, cpu: Number(/(\d+) ticks/.exec(said(step))?.[1]) / 100 / ((mbits * seconds) / 1000) };
  };
  const [up, down] = [flow("up"), flow("down")];
  const answers = new Map(
    said("asked")
      .split("\n")
      .map((line) => line.split(": ") as [string, string]),
  );
  const largest = sizes.find((size) => answers.get(`large=${size}`) === String(size)) ?? Number.NaN;
  const yes = (holds: boolean) => (holds ? "yes" : "no");
  const inward = said("in").split("\n");
  const traced = (step: string, ...hops: string[]) =>
    yes(hops.every((hop) => said(step).includes(` ${hop} `)));
  const forwards = which === "jool";
  return {
    mbits: { up: up.mbits, down: down.mbits },
    cpuPerGbit: (up.cpu + down.cpu) / 2,
    connections: Number(said("connect")) / seconds,
    ping: Number(/= ([\d.]+)\//.exec(said("ping"))?.[1]) - direct,
    largest,
    matrix: [
      ["TCP and UDP", yes(/\d/.test(answers.get("tcp") ?? "") && /\d/.test(answers.get("udp") ?? ""))],
      ["UDP without a checksum, from IPv4", yes(answers.get("zero") === "zero")],
      ["fragments, UDP of 3000 bytes", yes(answers.get("large=3000") === "3000")],
      ["fragments, echo of 3000 bytes", yes(said("echo").includes("1 received"))],
      ["port unreachable, from IPv4", yes(answers.get("closed=7001") === "ECONNREFUSED")],
      ["fragmentation needed becomes packet too big", yes(said("mtu") === "mtu=1380: 1320")],
      ["traceroute, IPv6 to IPv4", traced("trace", "2001:db8:beef::64", "64:ff9b::b00:301", web.six)],
      ["a way in from IPv4", forwards ? yes(/^udp: 64:ff9b::/.test(inward[0] ?? "")) : "none"],
      ["fragments, on that way", forwards ? yes(inward[1] === "large=3000: 3000") : "none"],
      [
        "packet too big becomes fragmentation needed",
        forwards ? yes(inward[2] === "mtu=1450: 1420") : "none",
      ],
      ["traceroute, IPv4 to IPv6", forwards ? traced("trace-in", "11.0.3.1", coloIpv4) : "none"],
    ],
  };
}

/** Tayga and Jool side by side, in one machine with Debian's own kernel: ratios count, figures are those of an emulation. */
export async function nat64(quick: boolean, progress: (line: string) => void): Promise<Report> {
  const image = await joolImage(progress);
  const seconds = quick ? 3 : 10;
  progress("one emulated machine, first Tayga, then Jool");
  const steps: Step[] = [
    ["wiring", wiring],
    ["routes", "cp -R /srv/lab/tayga/. /; nft --file /etc/ipv6-home/firewall.nft; sleep 3"],
    ["direct", `${inLaptop} ping -6 -q -c 50 -i 0.1 -W 4 ${web.native} | tail -n 1`],
    ...translators.flatMap((which) => measure(which, seconds)),
  ];
  const results = await runInKernel(image, translatorFiles(), steps, 900);
  const direct = Number(/= ([\d.]+)\//.exec(results["direct"]?.output ?? "")?.[1]);
  const [tayga, jool] = translators.map((which) => read(results, which, seconds, direct));
  if (tayga === undefined || jool === undefined) throw new Error("nothing was measured");
  const row = (what: string, of: (figures: Figures) => string) => [what, of(tayga), of(jool)];
  const targets: Target[] = [
    {
      what: "Jool's throughput, both directions",
      wanted: "≥ 3 × Tayga's",
      measured: `${((jool.mbits.up + jool.mbits.down) / (tayga.mbits.up + tayga.mbits.down)).toFixed(1)} ×`,
      holds: jool.mbits.up + jool.mbits.down >= 3 * (tayga.mbits.up + tayga.mbits.down),
    },
    {
      what: "what RFC 7915 asks for, by Jool",
      wanted: "all",
      measured: `${jool.matrix.filter(([, verdict]) => verdict === "yes").length} of ${jool.matrix.length}`,
      holds: jool.matrix.every(([, verdict]) => verdict === "yes"),
    },
  ];
  const text = [
    table([
      ["", "Tayga", "Jool"],
      row("throughput to IPv4, Mbit/s", ({ mbits }) => mbits.up.toFixed(0)),
      row("throughput from IPv4, Mbit/s", ({ mbits }) => mbits.down.toFixed(0)),
      row("processor seconds per Gbit, both ends of the flow with it", ({ cpuPerGbit }) =>
        cpuPerGbit.toFixed(1),
      ),
      row("new connections per second, one after the other", ({ connections }) => connections.toFixed(0)),
      row("ping added to IPv6 without a translator, the shortest of 50, ms", ({ ping }) => ping.toFixed(2)),
      row("largest datagram there and back, bytes", ({ largest }) => String(largest)),
    ]),
    table([
      ["RFC 7915", "Tayga", "Jool"],
      ...tayga.matrix.map(([what, verdict], index) => [what, verdict, jool.matrix[index]?.[1] ?? ""]),
    ]),
    targetTable(targets),
    "",
  ].join("\n\n");
  return { text, targets };
}
