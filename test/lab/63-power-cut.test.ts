import { killHost, startHost, waitForSsh } from "../../lab/hosts";
import { renderBundle, type Bundle } from "../../render/bundle";
import { noneIsKept } from "./lockout/door";
import { sh, trySh, until } from "./support";

describe("a power cut", () => {
  const component = (version: number, slow = false): Bundle => ({
    component: "power",
    guardWindowSec: 600,
    files: [
      ...[1, 2, 3].map((n) => ({ path: `/etc/ipv6-home/power/${n}`, content: `${version}\n` })),
      {
        path: "/etc/systemd/system/power.service",
        content: `[Unit]\nDescription=${version}\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c 'cat /etc/ipv6-home/power/* >/run/power${slow ? "; sleep 60" : ""}'\n[Install]\nWantedBy=multi-user.target\n`,
      },
    ],
    units: [
      {
        unit: "power.service",
        action: "restart",
        paths: ["/etc/ipv6-home/power/1", "/etc/systemd/system/power.service"],
      },
    ],
  });
  const apply = (bundle: Bundle) =>
    trySh("home", `/usr/local/lib/ipv6-home/converge apply power <<'END'\n${renderBundle(bundle)}END`, 90);
  const confirm = () => sh("home", "/usr/local/lib/ipv6-home/converge confirm power </dev/null");
  const cut = async () => {
    await killHost("home");
    await startHost("home");
    await waitForSsh("home");
    await until("booted", 60, async () =>
      /running|degraded/.test((await trySh("home", "systemctl is-system-running")).stdout),
    );
  };
  const mustHave = async (version: number) => {
    expect(
      await sh("home", "cat /etc/ipv6-home/power/*; systemctl show -P Description power; cat /run/power"),
    ).toBe(`${version}\n`.repeat(3) + `${version}\n` + `${version}\n`.repeat(3));
    await noneIsKept();
    expect(await sh("home", "systemctl --failed --no-legend")).toBe("");
  };

  beforeAll(async () => {
    await apply(component(1));
    await confirm();
    await mustHave(1);
  }, 60_000);
  afterAll(() =>
    sh(
      "home",
      "/usr/local/lib/ipv6-home/converge remove power </dev/null; rm -f /run/power /var/lib/ipv6-home/.went-back",
    ),
  );

  it("after a confirmed change leaves it", async () => {
    await cut();
    await mustHave(1);
  }, 90_000);

  it("in the window leaves the last confirmed state", async () => {
    expect((await apply(component(2))).code).toBe(0);
    expect(await sh("home", "cat /etc/ipv6-home/power/1 /run/power")).toBe("2\n".repeat(4));
    await cut();
    await mustHave(1);
    expect(await sh("home", "cat /var/lib/ipv6-home/.went-back")).toMatch(
      /because the host started anew before it was confirmed; taken back: power/,
    );
  }, 90_000);

  it("in the middle of a converge leaves the last confirmed state", async () => {
    const running = apply(component(3, true)).catch(() => undefined);
    await until("files are new, the unit is not", 30, async () =>
      (
        await trySh("home", "cat /etc/ipv6-home/power/3; ls /var/lib/ipv6-home/power/pending")
      ).stdout.startsWith("3\n/"),
    );
    await cut();
    await running;
    await mustHave(1);
  }, 120_000);
});
