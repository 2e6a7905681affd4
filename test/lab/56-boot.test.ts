import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDescription } from "../../lab/description";
import { exec } from "../../lab/lab";
import { bootFirmware } from "../../lab/firmware";
import { writeSettings } from "../../lab/stacks";
import type { Place } from "../../lab/topology";
import { convergeModes } from "./segments";
import { closeEngine, pulumiUp, sh, trySh } from "./support";

const mac = "02:00:00:00:0b:01";
const phone = { name: "phone", segment: "lan", mac: "02:00:00:00:01:02" };
const board = { name: "board", segment: "lan", mac };
const server = "[2001:db8:beef:101::1]";

const set = (settings: Record<string, unknown>) => {
  const lab = readDescription();
  if (lab === undefined) throw new Error("the lab is down");
  writeSettings("home", lab, settings);
};

/** What a machine is told to boot that asks as one of the clients. */
async function told(place: "phone" | "printer" = "phone", architecture?: number): Promise<string> {
  const input = readFileSync(join(__dirname, "solicit.pl"), "utf8");
  const own = { phone: phone.mac, printer: "02:00:00:00:03:01" }[place];
  const argv = ["perl", "-", "eth0", own, ...(architecture === undefined ? [] : [`${architecture}`])];
  return (await exec(place, argv, { input, timeoutSec: 20 })).stdout.trim();
}

/** Whether a boot file comes. */
const gets = async (place: Place, url: string): Promise<boolean> =>
  (await trySh(place, `curl -g -sS --fail --max-time 2 -o /dev/null '${url}'`)).code === 0;

/** The same file by both protocols, at an address as a URL has it. */
const files = (address: string) =>
  [`http://[${address}]:8547/files/hello.ipxe`, `tftp://[${address}]/files/hello.ipxe`] as const;

/** The URL that a client is told, and whether it gets a file of the gateway, by its address in each segment. */
const askedBy = async (place: "phone" | "printer") => ({
  url: await told(place),
  files: await Promise.all(
    ["2001:db8:beef:101::1", "2001:db8:beef:102::1"].flatMap(files).map((url) => gets(place, url)),
  ),
});

afterAll(async () => {
  set({});
  await pulumiUp("home");
  await closeEngine();
}, 90_000);

it("without a class: firmware gets an address and nothing to boot", async () => {
  const said = await bootFirmware(mac, "lan", /failed to load Boot\d+ "UEFI PXEv6/, 120);
  expect(said).toMatch(/Start PXE over IPv6/);
  expect(said).toMatch(/failed to load Boot\d+ "UEFI PXEv6/);
  expect(await told()).toBe("");
  expect((await trySh("laptop", `curl -sS --max-time 2 http://${server}:8547/`)).code).not.toBe(0);
}, 150_000);

describe("with a class", () => {
  beforeAll(async () => {
    const classes = [{ name: "menu", script: "hello.ipxe" }];
    set({ "boot.classes": classes, "lan.hosts": [{ ...board, boot: "menu" }, phone] });
    await pulumiUp("home");
    await sh(
      "home",
      "printf '#!ipxe\\necho hello by ${net0.dhcpv6/filename}\\n' >/srv/ipv6-home-boot/hello.ipxe",
    );
  }, 120_000);

  it("PXE over IPv6 loads iPXE by TFTP, and iPXE its script by HTTP", async () => {
    const said = await bootFirmware(mac, "lan", /hello by http\S+\s/, 150);
    expect(said).toMatch(/Start PXE over IPv6/);
    expect(said).toMatch(/NBP filename is ipxe\/ipxe\.efi/);
    expect(said).toMatch(/iPXE initialising devices/);
    expect(said).toContain(`http://${server}:8547/files/hello.ipxe... ok`);
  }, 180_000);

  it("a machine of no class is told nothing", async () => {
    expect(await told()).toBe("");
  });

  it("nobody on the internet reaches the files", async () => {
    for (const url of files("2001:db8:beef:101::1")) {
      expect(`${url} ${await gets("laptop", url)}`).toBe(`${url} true`);
      expect(`${url} ${await gets("attacker", url)}`).toBe(`${url} false`);
    }
  }, 30_000);

  it("nobody at the ISP does: what would be answered on the WAN port, the firewall drops", async () => {
    const [byIpv6] = files("fe80::ff:fe00:402%25home");
    const onWan = [byIpv6, "tftp://10.99.0.100/files/hello.ipxe"];
    const asked = async () => Promise.all(onWan.map((url) => gets("isp", url)));
    await sh(
      "isp",
      "sysctl -qw net.ipv6.conf.home.disable_ipv6=0; ip -6 address replace fe80::1/64 dev home nodad",
    );
    // HTTP listens at every IPv6 address. The gateway's TFTP keeps to the LAN by itself; this one is on the WAN port.
    await sh(
      "home",
      "systemd-run -q --collect --unit=wan-tftp dnsmasq -k --conf-file=/dev/null --port=0 --bind-dynamic --except-interface=lo --interface=enp2s0 --enable-tftp=enp2s0 --tftp-root=/run/ipv6-home-boot",
    );
    try {
      await sh("home", 'nft insert rule inet ipv6_home input iifname "enp2s0" accept');
      expect(await asked()).toEqual([true, true]);
      await sh("home", "systemctl reload ipv6-home-firewall");
      expect(await asked()).toEqual([false, false]);
    } finally {
      await sh("home", "systemctl stop wan-tftp; systemctl reload ipv6-home-firewall");
      await sh(
        "isp",
        "ip -6 address delete fe80::1/64 dev home; sysctl -qw net.ipv6.conf.home.disable_ipv6=1",
      );
    }
  }, 30_000);

  it("HTTP boot over IPv6 loads its program by HTTP, with no TFTP at all", async () => {
    set({
      "boot.classes": [{ name: "menu", script: "hello.ipxe", tftp: false }],
      "lan.hosts": [{ ...board, boot: "menu" }],
    });
    await pulumiUp("home");
    const said = await bootFirmware(mac, "lan", /hello by http\S+\s/, 150);
    expect(said).toMatch(/failed to load Boot\d+ "UEFI PXEv6/);
    expect(said).toContain(`URI: http://${server}:8547/ipxe/ipxe.efi`);
    expect(said).toMatch(/iPXE initialising devices/);
  }, 200_000);

  it("by architecture where the machine tells it, the default where it does not", async () => {
    const classes = [{ name: "os", firmware: "os/x64.efi", firmwareArm64: "os/arm64.efi" }];
    set({ "boot.classes": classes, "lan.hosts": [{ ...phone, boot: "os" }] });
    await pulumiUp("home");
    expect(await told("phone", 11)).toBe(`tftp://${server}/files/os/arm64.efi`);
    expect(await told("phone", 7)).toBe(`tftp://${server}/files/os/x64.efi`);
    expect(await told()).toBe(`tftp://${server}/files/os/x64.efi`);
  }, 60_000);

  it("the default class is for all others, in other segments too", async () => {
    const classes = [
      { name: "os", firmware: "os/x64.efi" },
      { name: "menu", script: "hello.ipxe" },
    ];
    set({ "boot.classes": classes, "boot.default": "menu", "lan.hosts": [{ ...board, boot: "os" }, phone] });
    await pulumiUp("home");
    expect(await told()).toBe(`tftp://${server}/ipxe/ipxe.efi`);
    expect(await askedBy("printer")).toEqual({
      url: "tftp://[2001:db8:beef:102::1]/ipxe/ipxe.efi",
      files: [true, true, true, true],
    });
  }, 60_000);

  it("guests and devices are told nothing and get no file, whatever the default is", async () => {
    const boot = { "boot.classes": [{ name: "menu", script: "hello.ipxe" }], "boot.default": "menu" };
    await convergeModes({ mode: "guest" }, { mode: "iot", allow: ["2001:db8:6::/64"] }, boot);
    const nothing = { url: "", files: [false, false, false, false] };
    expect(await Promise.all([askedBy("phone"), askedBy("printer")])).toEqual([nothing, nothing]);
  }, 60_000);

  it("without a class again, the server is gone", async () => {
    set({});
    await pulumiUp("home");
    // What somebody has put there is theirs.
    expect(await sh("home", "ls /srv/ipv6-home-boot && rm -r /srv/ipv6-home-boot")).toBe("hello.ipxe\n");
    expect((await trySh("home", "systemctl is-active ipv6-home-boot")).code).not.toBe(0);
    expect((await trySh("home", "ls /run/ipv6-home-boot /etc/ipv6-home/boot.conf")).stdout).toBe("");
    expect(await told()).toBe("");
  }, 60_000);
});
