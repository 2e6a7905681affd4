import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exec, type LabDescription } from "../lab/lab";
import { run } from "../lab/run";
import { hostNames, type HostName } from "../lab/topology";
import { publicKeyOf } from "../network/wireguard-key";
import { sshOptions } from "./ssh";

/** The same changes as somebody would make them by hand, over one ssh for each host. */
export class ByHand {
  constructor(
    private readonly folder: string,
    private readonly lab: LabDescription,
  ) {}

  /** Rotates the keys of the tunnel that is in slot `from`. */
  async rotate(from: number): Promise<void> {
    const key = () => randomBytes(32).toString("base64");
    const [home, colo] = [key(), key()];
    await run(
      [
        "bash",
        join(__dirname, "rotate.sh"),
        this.address("colo"),
        this.address("home"),
        `${from}`,
        `${1 - from}`,
      ],
      {
        input: [home, publicKeyOf(home), colo, publicKeyOf(colo), key(), ""].join("\n"),
        env: { ...process.env, SSH_OPTIONS: sshOptions(this.folder, this.lab).join(" ") },
        timeoutSec: 120,
      },
    );
    // Throws unless the home reaches the colo through the tunnel.
    await exec("home", [
      "ping",
      "-6",
      "-c",
      "1",
      "-W",
      "2",
      "-I",
      "2001:db8:beef:100::1",
      "fd00:cafe:f00d::1",
    ]);
  }

  /** Puts a ruleset on the home: judged, renamed into place, loaded. */
  async setFirewall(ruleset: string): Promise<void> {
    const file = "/etc/ipv6-home/firewall.nft";
    await this.ssh(
      "home",
      `cat >${file}.new && nft --check --file ${file}.new && mv -T ${file}.new ${file} && systemctl reload ipv6-home-firewall`,
      ruleset,
    );
  }

  /** What both hosts are like, asked side by side. */
  async look(): Promise<string[]> {
    const script = readFileSync(join(__dirname, "look.sh"), "utf8");
    return Promise.all(hostNames.map((host) => this.ssh(host, "bash -s", script)));
  }

  private async ssh(host: HostName, command: string, input: string): Promise<string> {
    const argv = ["ssh", ...sshOptions(this.folder, this.lab), `root@${this.address(host)}`, command];
    return (await run(argv, { input, timeoutSec: 60 })).stdout;
  }

  private address(host: HostName): string {
    return this.lab.hosts[host].management;
  }
}
