import type { Address } from "../network/address";
import type { ColoAddresses, SiteAddresses } from "../network/address-plan";
import type { UpgradePlan } from "../network/upgrade-plan";
import type { RaPlan } from "../network/ra-plan";
import { joolWitness, refusedPort, type Translator } from "../network/translator";
import { nat64Prefix, throughNat64 } from "../network/well-known";
import { dns64Unit } from "./bind";
import type { Bundle } from "./bundle";
import { dnsmasqUnit } from "./dnsmasq";
import { perlPrograms, type Programs } from "./programs";
import { radvdUnit } from "./radvd";
import { nat64Unit, translatorStatePath } from "./tayga";
import { renderUnit, unitPath, verifyUnits, watching } from "./unit";

const healthUnit = "ipv6-home-health.service";
const folder = "ipv6-home-health";
/** Beside the folder that every host has, as those of the uplinks. */
export const healthFolder = `/usr/local/lib/${folder}`;
const configPath = "/etc/ipv6-home/health.conf";
const runPath = `/run/${folder}`;
/** What has been found, a line for each check. */
export const healthStatePath = `${runPath}/state`;
/** The same in the text format of Prometheus. */
export const healthMetricsPath = `${runPath}/metrics.prom`;

const programNames = ["health-machine.pl", "health-probes.pl", "health-looks.pl", "health-watch.pl"] as const;

/** The texts of assets/health. */
export type HealthPrograms = Programs<(typeof programNames)[number]>;

/** A line of the configuration: what is checked, what must work for that, and what is done. */
interface Check {
  readonly name: string;
  /** Kind and arguments, see assets/health/health-watch.pl. */
  readonly what: string;
  readonly needs?: readonly string[];
  /** Unit that is hung if the check fails while the unit runs. */
  readonly restart?: string;
  /** Unit that reads {@link translatorStatePath} when it is reloaded. */
  readonly tell?: string;
}

const everywhere: readonly Check[] = [
  { name: "units", what: "units" },
  { name: "disk", what: "disk / /var /var/lib /var/log /run /tmp" },
  { name: "clock", what: "clock" },
  { name: "keys", what: "keys" },
  { name: "guard", what: "guard" },
];

/** Days without an upgrade that went well: two nights may be missed. */
const upgradeDays = 3;

const upgradesCheck = (plan: UpgradePlan | undefined): Check[] =>
  plan === undefined ? [] : [{ name: "upgrades", what: `upgrades ${upgradeDays} ${plan.at} ${plan.reboot}` }];

/** What looks after the colo: {@link healthFolder}, its unit and its checks. */
export function coloHealthBundle(args: {
  readonly addresses: ColoAddresses;
  /** What homes dial. */
  readonly address4: Address;
  readonly translator: Translator;
  readonly upgrades: UpgradePlan | undefined;
  readonly programs: HealthPrograms;
}): Bundle {
  const { resolver, translator } = args.addresses;
  // An address of the colo's own does not answer a translator that has it too, and Jool's network answers without Jool.
  const [behind, itself] =
    args.translator.program === "jool"
      ? [throughNat64(joolWitness), throughNat64(joolWitness)]
      : [throughNat64(args.address4), translator];
  return healthBundle(args.programs, dns64Unit, [
    ...everywhere,
    ...upgradesCheck(args.upgrades),
    {
      name: "nat64",
      what: `nat64 ${behind} ${itself} ${refusedPort}`,
      restart: nat64Unit,
      tell: dns64Unit,
    },
    { name: "dns64", what: `dns64 ${resolver} ${nat64Prefix.base}`, restart: dns64Unit },
  ]);
}

/** What looks after a home: the same, and what it needs of the colo. */
export function homeHealthBundle(args: {
  readonly site: SiteAddresses;
  readonly colo: Pick<ColoAddresses, "tunnel" | "translator">;
  /** What the home dials. */
  readonly endpoint: Address;
  readonly domain: string;
  readonly ra: RaPlan;
  readonly upgrades: UpgradePlan | undefined;
  readonly programs: HealthPrograms;
}): Bundle {
  const { site, colo, endpoint, domain, ra } = args;
  const gateways = site.segments.map(({ gateway }) => gateway).join(",");
  const byRadvd = ra.daemon === "radvd";
  return healthBundle(args.programs, byRadvd ? radvdUnit : undefined, [
    ...everywhere,
    ...upgradesCheck(args.upgrades),
    { name: "handshake", what: "handshake" },
    { name: "tunnel", what: `ping ${colo.tunnel}` },
    { name: "resolver", what: `names ${gateways} ${domain}`, restart: dnsmasqUnit },
    { name: "dns64", what: `dns64 ${gateways} ${nat64Prefix.base}`, needs: ["tunnel", "resolver"] },
    {
      name: "nat64",
      // One of them answers, whichever program translates: the colo's stack says, and may change its mind.
      what: `nat64 ${throughNat64(endpoint)},${throughNat64(joolWitness)} ${colo.translator} ${refusedPort}`,
      needs: ["tunnel"],
      ...(byRadvd ? { tell: radvdUnit } : {}),
    },
    ...(byRadvd
      ? site.segments.map(({ interface: device }) => ({
          name: `ra-${device}`,
          what: `ra ${device}`,
          restart: radvdUnit,
        }))
      : []),
  ]);
}

const renderCheck = ({ name, what, needs = [], restart, tell }: Check): string =>
  [
    name,
    what,
    ...(needs.length === 0 ? [] : [`needs=${needs.join(",")}`]),
    ...(restart === undefined ? [] : [`restart=${restart}`]),
    ...(tell === undefined ? [] : [`tell=${tell}`]),
  ].join(" ");

/** The unit that is told of the translator hears as well when nobody looks any more. */
function healthBundle(programs: HealthPrograms, told: string | undefined, checks: readonly Check[]): Bundle {
  const unit = unitPath(healthUnit);
  const { paths, files, checks: judged } = perlPrograms(healthFolder, programs, programNames);
  const giveBack =
    told === undefined
      ? {}
      : {
          ExecStopPost: `-/bin/sh -c 'if grep -qsx dead ${translatorStatePath}; then rm ${translatorStatePath}; systemctl --no-block reload ${told}; fi'`,
        };
  return {
    component: "health",
    files: [
      ...files,
      {
        path: configPath,
        content: ["# NAME KIND ARGUMENT…, see docs/HEALTH.md", ...checks.map(renderCheck), ""].join("\n"),
      },
      {
        path: unit,
        content: renderUnit({
          Unit: {
            Description: "Looks at what this host does for the home, and starts what has died",
            After: "network.target",
            StartLimitIntervalSec: 0,
          },
          Service: {
            Type: "exec",
            RuntimeDirectory: folder,
            ExecStart: `/usr/bin/perl ${healthFolder}/health-watch.pl ${configPath} ${runPath}`,
            ...giveBack,
            ...watching("CAP_NET_ADMIN CAP_NET_RAW"),
          },
          Install: { WantedBy: "multi-user.target" },
        }),
      },
    ],
    checks: [...judged, verifyUnits(unit)],
    units: [{ unit: healthUnit, action: "restart", paths: [unit, configPath, ...paths] }],
  };
}
