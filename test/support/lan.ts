import { coloAddresses, siteAddresses } from "../../network/address-plan";
import { mtuPlan } from "../../network/mtu-plan";
import type { Lan } from "../../render/dnsmasq";
import { exampleSettings } from "./settings";

/** The LAN of the example stacks, without machines. */
export function exampleLan(): Lan {
  const [colo, home] = [exampleSettings("colo"), exampleSettings("home")];
  const addresses = coloAddresses(colo.prefix, colo.tunnelPrefix);
  return {
    site: siteAddresses(addresses, home.siteNumber, home.segments, home.ipv4Prefix),
    mtu: mtuPlan(home.wan.mtu),
    domain: home.domain,
    hosts: [],
    status: false,
    boot: home.boot,
    delegations: [],
    resolver: addresses.resolver,
    ra: home.ra,
    beacon: addresses.tunnel,
  };
}
