import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/command";
import type { HostLogin } from "../observe/login";
import type { ObservedHost } from "../observe/report";
import { hostBundle, type HostNeeds } from "../render/host";
import { watchUnit } from "../render/ra-watch";
import { readAsset } from "./assets";
import { connectionTo, type HostAccess } from "./host-access";
import { HostConfig } from "./host-config";

/** Arguments of {@link Host}. */
export interface HostArgs {
  readonly login: HostLogin;
  readonly observed: ObservedHost | undefined;
  readonly guardWindowSec: number;
  /** Whether it is gone for good, see {@link HostAccess}. @default false */
  readonly dead?: boolean | undefined;
  readonly needs: Omit<HostNeeds, "programs">;
}

/** The project's programs on every host: name there, file under assets/, unit that starts anew with another one. */
const programs: readonly (readonly [name: string, path: string, unit?: string])[] = [
  ["authorized-keys", "host/authorized-keys.sh"],
  ["bundle-reader", "host/bundle-reader.sh"],
  ["converge", "host/converge.sh"],
  ["facts", "host/facts.sh"],
  ["confirm", "host/confirm.sh"],
  ["files", "host/files.sh"],
  ["go-back", "host/go-back.sh"],
  ["guard", "host/guard.sh"],
  ["leave", "host/leave.sh"],
  ["live", "host/live.sh"],
  ["network", "host/network.sh"],
  ["observe", "host/observe.sh"],
  ["packages", "host/packages.sh"],
  ["preflight", "host/preflight.sh"],
  ["put-back", "host/put-back.sh"],
  ["removal", "host/removal.sh"],
  ["units", "host/units.sh"],
  ["vacancy", "host/vacancy.sh"],
  ["lan-farewell", "lan/lan-farewell.pl"],
  ["lan-links", "lan/lan-links.sh"],
  ["ra-config", "lan/ra-config.pl"],
  ["ra-watch", "lan/ra-watch.pl", watchUnit],
  ["next-zone", "names/next-zone.sh"],
  ["wireguard-device", "tunnel/wireguard-device.sh"],
  ["wireguard-peer", "tunnel/wireguard-peer.sh"],
  ["wireguard-routes", "tunnel/wireguard-routes.sh"],
];

/** A command that runs the converge of its bundle. */
const bootstrap = (words: string) => `set -- ${words}\n${readAsset("host/bootstrap.sh")}`;

/** What {@link Host} puts on a host. */
export const bundleOfHost = (needs: Omit<HostNeeds, "programs">) =>
  hostBundle({
    ...needs,
    programs: programs.map(([name, path, unit]) => ({
      name,
      content: readAsset(path),
      ...(unit === undefined ? {} : { unit }),
    })),
  });

/**
 * A Debian host that this stack owns: preflight, packages, and the programs under /usr/local/lib/ipv6-home that
 * converge everything else. Its removal takes the packages away that came with it, if asked.
 *
 * Children: `${name}-base`.
 */
export class Host extends pulumi.ComponentResource implements HostAccess {
  readonly connection: types.input.remote.ConnectionArgs;
  readonly observed: ObservedHost | undefined;
  readonly dead: boolean;
  readonly ready: readonly pulumi.Resource[];
  readonly guardWindowSec: number;
  readonly base: HostConfig;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:Host", name, {}, opts);

    this.connection = connectionTo(args.login);
    this.observed = args.observed;
    this.guardWindowSec = args.guardWindowSec;
    this.dead = args.dead ?? false;
    this.base = new HostConfig(
      `${name}-base`,
      {
        host: { ...args, connection: this.connection, ready: [] },
        component: "host",
        bundle: bundleOfHost(args.needs),
        // converge is not there at first contact, so it is taken out of the bundle itself.
        guarded: true,
        firstContact: true,
        withoutConverge: {
          apply: bootstrap("host"),
          // Packages and links stay when a host goes back, and so does their record. Always by the programs that come
          // along: those on the host may be gone in part, if a removal was killed.
          remove: ["[ -d /var/lib/ipv6-home ] || { cat >/dev/null; exit 0; }", bootstrap("host remove")].join(
            "\n",
          ),
        },
      },
      { parent: this },
    );
    this.ready = [this.base.converged];

    this.registerOutputs({});
  }
}
