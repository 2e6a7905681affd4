import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const assets = join(__dirname, "..", "..", "assets", "host");
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "ipv6-home-vacancy-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

const keyPath = (device: string) => `/etc/ipv6-home/keys/${device}/private.key`;
const componentOf = (device: string) => `${device.includes("-") ? "site" : "tunnel"}-${device}-key`;
const markOf = (device: string) => join(folder, "state", componentOf(device), "has-removal");

/** What the host has converged of one generation. */
function held(device: string, epoch: number, key: string, marked = false): void {
  const record = `state/${componentOf(device)}`;
  const sum = createHash("sha256").update(key).digest("hex");
  write(`${record}/generation`, `${epoch}\n`);
  write(`${record}/manifest`, `${sum} 0600 root:root ${keyPath(device)}\n`);
  if (marked) write(`${record}/has-removal`, "");
}

/** Runs a function of the script on a host whose routes go by `carrier`. */
function ask(call: string, component: string, epoch: number, carrier: string): string {
  const script = [
    "set -euo pipefail",
    `state_root=${folder}/state work=${folder}/work component=${component} generation=${epoch}`,
    `state=$state_root/$component units_folder=${folder}/units`,
    `ip() { [ "$7" != '${carrier}' ] || echo 'default metric 1024'; }`,
    `recorded_generation() { [ ! -e "$1/generation" ] || cat "$1/generation"; }`,
    `. ${assets}/vacancy.sh`,
    call,
  ];
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script.join("\n")], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.trimEnd();
}

/** What a run is told that brings a generation with a key to an interface. */
function judge(device: string, epoch: number, key: string, carrier = "none"): string {
  write(`work/stage${keyPath(device)}`, key);
  const site = device.includes("-") ? "require owner site-vpn1 organization/ipv6-home/home\n" : "";
  write("work/directives", `${site}require vacant ${device}\n`);
  return ask(`judge_vacancy ${device}`, componentOf(device), epoch, carrier);
}

describe("an interface", () => {
  test("that nobody holds is free, and so is one that was never whole", () => {
    expect(judge("vpn1-0", 1, "new")).toBe("");
    write("state/site-vpn1-0-key/generation", "1\n");
    expect(judge("vpn1-0", 1, "new")).toBe("");
  });

  test("may have the keys that it was converged with again, whatever became of its files", () => {
    held("vpn1-0", 1, "same");
    expect(judge("vpn1-0", 1, "same", "vpn1-0")).toBe("");
  });

  test("that another generation holds names a number with the other interface", () => {
    held("vpn1-0", 1, "old");
    expect(judge("vpn1-0", 3, "new", "vpn1-0")).toBe(
      "vpn1-0 is held by key epoch 1; given is 3, which needs the same interface; choose another tunnel.keyEpoch, for instance 4",
    );
  });

  test("names both generations if both interfaces are held: none is free", () => {
    held("vpn1-0", 1, "old");
    held("vpn1-1", 2, "other");
    expect(judge("vpn1-0", 3, "new", "vpn1-0")).toBe(
      "vpn1-0 is held by key epoch 1, and vpn1-1 by 2; given is 3, which needs one of them; set tunnel.keyEpoch to 1 or 2 and bring that to its end first",
    );
  });
});

describe("after a lost state, the same generation with other keys", () => {
  const interrupts = (device: string, epoch: number, next: number) =>
    `${device} is in use with other keys of key epoch ${epoch} than this stack has, as after a lost state; new ones would interrupt it; set tunnel.keyEpoch to ${next} and run 'pulumi up' again, which takes over from it without a loss`;
  const idle = (device: string, epoch: number, other: string, next: number) =>
    `${device} has other keys of key epoch ${epoch} than this stack has, as after a lost state, and carries nothing beside ${other}; set tunnel.keyEpoch to ${next} and run 'pulumi up' again, which goes on from there`;

  test.each(["vpn1-0", "vpn0"])("is refused on %s, which is marked for removal", (device) => {
    held(device, 1, "lost");
    expect(judge(device, 1, "new", device)).toBe(interrupts(device, 1, 2));
    expect(existsSync(markOf(device))).toBe(true);
  });

  test("is refused too while the interface is down: it may come back", () => {
    held("vpn1-0", 1, "lost");
    expect(judge("vpn1-0", 1, "new")).toBe(interrupts("vpn1-0", 1, 2));
  });

  test("with two generations alive, the idle one's number is named when the other one is asked for", () => {
    held("vpn1-0", 1, "lost");
    held("vpn1-1", 2, "lost too");
    expect(judge("vpn1-0", 1, "new", "vpn1-0")).toBe(interrupts("vpn1-0", 1, 2));
    // Its keys may be changed now: nothing goes by it, and the other one has somebody who takes it away.
    expect(judge("vpn1-1", 2, "new", "vpn1-0")).toBe("");
    expect(existsSync(markOf("vpn1-0"))).toBe(true);
    expect(existsSync(markOf("vpn1-1"))).toBe(false);
  });

  test("with two generations alive, the idle one comes second: nobody would take the other one away", () => {
    held("vpn1-0", 1, "lost");
    held("vpn1-1", 2, "lost too");
    expect(judge("vpn1-1", 2, "new", "vpn1-0")).toBe(idle("vpn1-1", 2, "vpn1-0", 1));
    expect(judge("vpn1-0", 1, "new", "vpn1-0")).toBe(interrupts("vpn1-0", 1, 2));
    expect(judge("vpn1-1", 2, "new", "vpn1-0")).toBe("");
  });

  test("the home's end follows the colo's judgement where nothing goes by the interface, and only there", () => {
    held("vpn0", 1, "lost");
    held("vpn1", 2, "lost too");
    write("state/tunnel-vpn1/live", "# wg show vpn1 peers\n");
    write("state/tunnel-vpn0/live", "# wg show vpn0 peers\n");
    expect(judge("vpn1", 2, "new", "vpn0")).toBe("");
    // What its tunnel looked like says nothing any more, and must not look like damage.
    expect(existsSync(join(folder, "state/tunnel-vpn1/live"))).toBe(false);
    expect(existsSync(join(folder, "state/tunnel-vpn0/live"))).toBe(true);
    expect(judge("vpn1", 2, "new", "vpn1")).toBe(interrupts("vpn1", 2, 1));
  });

  test("a generation whose keys are known is not marked any more", () => {
    held("vpn1-0", 1, "same", true);
    expect(judge("vpn1-0", 1, "same", "vpn1-0")).toBe("");
    expect(existsSync(markOf("vpn1-0"))).toBe(false);
  });
});

describe("a tunnel's port", () => {
  const portOf = (port: number, own: string) =>
    ask(`judge_tunnel_port ${port} ipv6-home-${own}.service`, `site-${own}`, 1, "none");
  beforeEach(() => {
    write(
      "units/ipv6-home-vpn2-0.service",
      "ExecStartPost=/usr/local/lib/ipv6-home/wireguard-peer vpn2-0 51822 2001:db8:beef:200::/56\n",
    );
    write("state/site-vpn2-0/owner", "organization/ipv6-home/cabin\n");
  });

  test("is its own", () => {
    expect(portOf(51822, "vpn2-0")).toBe("");
    expect(portOf(51820, "vpn1-0")).toBe("");
  });

  test("is not another site's, whether that is up or not", () => {
    expect(portOf(51822, "vpn1-0")).toBe(
      "udp port 51822 is that of vpn2-0, the tunnel of stack organization/ipv6-home/cabin; run 'pulumi up' for that stack first if tunnel.basePort was changed, else choose another tunnel.basePort",
    );
  });
});
