import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { InternetDns } from "./internet-dns";
import type { ProfileName } from "./line";
import { hostKeys } from "./keys";
import { describePath, sshKeyPath } from "./paths";
import {
  clientNames,
  allHostNames,
  interfaceIdentifier,
  isHost,
  management,
  namespaceOf,
  nameServers,
  places,
  portsOf,
  prefixes,
  type AnyHostName,
  type Place,
  type Release,
} from "./topology";

/** One interface of a place. */
export interface InterfaceDescription {
  readonly name: string;
  readonly mac: string;
  /** The addresses that it has when the place is up and the project has changed nothing. */
  readonly addresses: readonly string[];
  /** What a device adds to an advertised /64. */
  readonly interfaceIdentifier?: string;
}

/** One place of the lab. */
export interface PlaceDescription {
  readonly kind: "nspawn host" | "virtual machine" | "namespace";
  readonly namespace: string;
  readonly interfaces: readonly InterfaceDescription[];
}

/** One host, as somebody who wants to log in needs it. */
export interface HostDescription {
  readonly release: Release;
  readonly management: string;
  /** Type and key, as in a known_hosts file. */
  readonly hostKey: string;
}

/** Everything that a user of the lab needs to know; the content of `lab describe`. */
export interface LabDescription {
  readonly places: Readonly<Record<Place, PlaceDescription>>;
  readonly hosts: Readonly<Record<AnyHostName, HostDescription>>;
  readonly ssh: { readonly user: "root"; readonly privateKeyPath: string };
  readonly prefixes: typeof prefixes;
  readonly dns: {
    readonly trustAnchor: string;
    readonly resolver: typeof nameServers.resolver;
    readonly authority: typeof nameServers.authority;
    readonly names: readonly string[];
  };
  /** What the ISP's line is like. */
  readonly profile: ProfileName;
  readonly images: {
    readonly full: string;
    readonly base: Readonly<Record<AnyHostName, string>>;
    /** Where the hosts are machines with a kernel of their own. */
    readonly machines?: Readonly<Record<AnyHostName, string>>;
  };
}

const dnsNames = ["lab", "signed", "bogus"].flatMap((zone) => [
  `web4.${zone}.example`,
  `web46.${zone}.example`,
]);

function place(name: Place, machines: boolean): PlaceDescription {
  const device = clientNames.some((client) => client === name);
  const interfaces = portsOf(name).map(({ name: port, mac, addresses }) => ({
    name: port,
    mac,
    addresses,
    ...(device ? { interfaceIdentifier: interfaceIdentifier(mac) } : {}),
  }));
  const host = machines ? "virtual machine" : "nspawn host";
  return { kind: isHost(name) ? host : "namespace", namespace: namespaceOf(name), interfaces };
}

/** Describes a lab. */
export function labDescription(
  release: Readonly<Record<AnyHostName, Release>>,
  images: LabDescription["images"],
  dns: InternetDns,
  profile: ProfileName,
): LabDescription {
  const host = (name: AnyHostName): HostDescription => ({
    release: release[name],
    management: management.hosts[name],
    hostKey: hostKeys(name).publicKey,
  });
  return {
    places: Object.fromEntries(
      places.map((name) => [name, place(name, images.machines !== undefined)]),
    ) as Record<Place, PlaceDescription>,
    hosts: Object.fromEntries(allHostNames.map((name) => [name, host(name)])) as Record<
      AnyHostName,
      HostDescription
    >,
    ssh: { user: "root", privateKeyPath: sshKeyPath },
    prefixes,
    dns: {
      trustAnchor: dns.trustAnchor,
      ...nameServers,
      names: [...dnsNames, "web6.lab.example", "private.lab.example", "loop.lab.example"],
    },
    profile,
    images,
  };
}

/** Writes the description: from then on the lab counts as up. */
export function writeDescription(description: LabDescription): void {
  writeFileSync(`${describePath}.new`, `${JSON.stringify(description, undefined, 2)}\n`);
  renameSync(`${describePath}.new`, describePath);
}

/** The description of the lab that is up, if one is. */
export function readDescription(): LabDescription | undefined {
  try {
    return JSON.parse(readFileSync(describePath, "utf8")) as LabDescription;
  } catch {
    return undefined;
  }
}
