import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDescription } from "../../lab/description";
import { exec } from "../../lab/lab";
import { bootFirmware } from "../../lab/firmware";
import { writeSettings } from "../../lab/stacks";
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

/** What a machine is told to boot that asks as the phone. */
const told = async (architecture?: number) =>
  (
    await exec(
      "phone",
      ["perl", "-", "eth0", phone.mac, ...(architecture === undefined ? [] : [`${architecture}`])],
      {
        input: readFileSync(join(__dirname, "solicit.pl"), "utf8"),
        timeoutSec: 20,
      },
    )
  ).stdout.trim();

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

  it("nobody outside reaches the files", async () => {
    expect(
      (await trySh("laptop", `curl -sS --max-time 2 -o /dev/null http://${server}:8547/ipxe/ipxe.efi`)).code,
    ).toBe(0);
    expect(
      (await trySh("attacker", `curl -sS --max-time 2 -o /dev/null http://${server}:8547/ipxe/ipxe.efi`))
        .code,
    ).not.toBe(0);
    expect(
      (await trySh("isp", "curl -sS --max-time 2 -o /dev/null http://10.99.0.100:8547/ipxe/ipxe.efi")).code,
    ).not.toBe(0);
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
    expect(await told(11)).toBe(`tftp://${server}/files/os/arm64.efi`);
    expect(await told(7)).toBe(`tftp://${server}/files/os/x64.efi`);
    expect(await told()).toBe(`tftp://${server}/files/os/x64.efi`);
  }, 60_000);

  it("the default class is for all others", async () => {
    const classes = [
      { name: "os", firmware: "os/x64.efi" },
      { name: "menu", script: "hello.ipxe" },
    ];
    set({ "boot.classes": classes, "boot.default": "menu", "lan.hosts": [{ ...board, boot: "os" }, phone] });
    await pulumiUp("home");
    expect(await told()).toBe(`tftp://${server}/ipxe/ipxe.efi`);
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
