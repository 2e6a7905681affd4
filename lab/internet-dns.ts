import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inLab, keptDirectory } from "./paths";
import { run } from "./run";
import { nameServers } from "./topology";
import { labZones, namedConf, rootServers, zoneFile } from "./zones";

/** What the name server of the lab's internet needs, and what resolvers must trust. */
export interface InternetDns {
  /** Zones and configuration; /srv/lab of the name server. */
  readonly directory: string;
  /** Every address that it answers on. */
  readonly addresses: readonly string[];
  /** The root's trust anchor as BIND's `trust-anchors` takes it, without the final semicolon. */
  readonly trustAnchor: string;
}

/** Makes and signs the zones, once: keys and trust anchor stay as long as the zones' content does. */
export async function internetDns(image: string): Promise<InternetDns> {
  const hints = readFileSync(join(image, "usr/share/dns/root.hints"), "utf8");
  const zones = labZones(hints);
  const recipe = JSON.stringify([zones, namedConf(zones), readFileSync(inLab("sign-zones.sh"), "utf8")]);
  const directory = join(
    keptDirectory,
    `dns-${createHash("sha256").update(recipe).digest("hex").slice(0, 12)}`,
  );
  if (!existsSync(directory)) {
    const unfinished = `${directory}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    for (const { name, text } of zones) writeFileSync(join(unfinished, zoneFile(name)), text);
    writeFileSync(join(unfinished, "named.conf"), namedConf(zones));
    writeFileSync(join(unfinished, "sign-zones.sh"), readFileSync(inLab("sign-zones.sh")));
    const todo = zones.map(({ name, signing }) => `${name}:${zoneFile(name)}:${signing}`);
    await run([
      "unshare",
      "-m",
      "-n",
      inLab("in-image.sh"),
      image,
      unfinished,
      "sh",
      "/srv/lab/sign-zones.sh",
      "/srv/lab",
      ...todo,
    ]);
    renameSync(unfinished, directory);
  }
  const [, tag, algorithm, type, digest] =
    /IN\s+DS\s+(\d+)\s+(\d+)\s+(\d+)\s+(.+)/.exec(readFileSync(join(directory, "anchor"), "utf8")) ?? [];
  if (digest === undefined)
    throw new Error(`${directory}/anchor: no DS record in it; remove ${directory} and run lab up again`);
  return {
    directory,
    addresses: [
      ...rootServers(hints).map(({ address }) => address),
      ...nameServers.authority,
      ...nameServers.resolver,
      ...nameServers.recursor,
    ],
    trustAnchor: `. static-ds ${tag ?? ""} ${algorithm ?? ""} ${type ?? ""} "${digest.replaceAll(/\s/g, "")}"`,
  };
}
