import { exec, resetHost, type HostName } from "../lab/lab";
import { hostNames } from "../lab/topology";
import type { Payload, Step } from "./payload";

/** Makes both hosts fresh, with all packages of every tool: apt would outweigh what the bench compares. */
export async function freshHosts(payload: Payload): Promise<void> {
  await Promise.all(
    hostNames.map(async (host) => {
      await resetHost(host);
      await exec(host, ["sh", "-c", preparation(payload[host])], { timeoutSec: 300 });
    }),
  );
}

function preparation(steps: readonly Step[]): string {
  const packages = [...steps.flatMap((step) => step.packages), "wireguard-go", "python3"];
  return [
    "set -e",
    ...steps.flatMap(({ masks }) => masks.map((unit) => `ln -s /dev/null /etc/systemd/system/${unit}`)),
    `DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install ${packages.join(" ")} >/dev/null 2>&1`,
  ].join("\n");
}

/** Throws unless every unit of the payload runs and no unit of the host has failed. */
export async function mustRun(tool: string, payload: Payload): Promise<void> {
  for (const host of hostNames) {
    const units = payload[host].flatMap(({ rules }) => rules.map(({ unit }) => unit));
    const states = await exec(host, ["systemctl", "is-active", ...units], { allowFailure: true });
    const failed = await exec(host, ["systemctl", "--failed", "--no-legend"]);
    const lame = units.filter((_, index) => states.stdout.split("\n")[index] !== "active");
    if (lame.length > 0 || failed.stdout !== "")
      throw new Error(`${tool}: on ${host} does not run: ${lame.join(" ")}\n${failed.stdout}`);
  }
}

/** Throws unless the host has these files, byte for byte; `keys` are everybody's own. */
export async function mustHave(tool: string, host: HostName, steps: readonly Step[]): Promise<void> {
  for (const { path, content } of steps.flatMap(({ files }) => files)) {
    if (path.includes("/keys/")) continue;
    const { stdout } = await exec(host, ["cat", path]);
    if (stdout !== content) throw new Error(`${tool}: ${host} has another ${path}`);
  }
}
