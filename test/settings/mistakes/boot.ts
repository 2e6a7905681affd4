import type { Case } from "./case";

const menu = { name: "menu", script: "menu.ipxe" };
const board = { name: "board", segment: "lan", mac: "02:00:5e:10:00:02", boot: "menu" };

/** Booting over the network. */
export const bootMistakes: readonly Case[] = [
  {
    title: "a boot class has neither firmware nor script",
    role: "home",
    changes: { "boot.classes": [{ name: "menu" }] },
    sentence:
      "boot.classes[0].script: given neither firmware nor script; allowed is at least one of the two; iPXE is loaded where there is no firmware, and needs a script",
  },
  {
    title: "a boot file is outside of the folder",
    role: "home",
    changes: { "boot.classes": [{ name: "menu", script: "../menu.ipxe" }] },
    sentence:
      'boot.classes[0].script: given "../menu.ipxe"; allowed is a path below boot.folder, as debian/grubnetx64.efi: letters, digits, . _ - and /; put the file into that folder on the gateway',
  },
  {
    title: "a boot file is an address",
    role: "home",
    changes: { "boot.classes": [{ name: "menu", firmware: "http://192.0.2.1/boot.efi" }] },
    sentence:
      'boot.classes[0].firmware: given "http://192.0.2.1/boot.efi"; allowed is a path below boot.folder, as debian/grubnetx64.efi: letters, digits, . _ - and /; put the file into that folder on the gateway',
  },
  {
    title: "a boot class has TFTP by another word",
    role: "home",
    changes: { "boot.classes": [{ ...menu, tftp: "off" }] },
    sentence:
      'boot.classes[0].tftp: given "off"; allowed is true or false; false serves these machines by HTTP alone',
  },
  {
    title: "two boot classes have one name",
    role: "home",
    changes: { "boot.classes": [menu, { ...menu, script: "other.ipxe" }] },
    sentence:
      'boot.classes[1].name: given "menu", which another class has already; allowed is each only once; choose another name',
  },
  {
    title: "the default is no boot class",
    role: "home",
    changes: { "boot.classes": [menu], "boot.default": "debian" },
    sentence: 'boot.default: given "debian"; allowed is menu; name a class of boot.classes, or add it there',
  },
  {
    title: "a machine boots and there are no classes",
    role: "home",
    changes: { "boot.classes": [], "lan.hosts": [board] },
    sentence:
      'lan.hosts[0].boot: given "menu"; allowed is a class of boot.classes, which has none; name a class of boot.classes, or add it there',
  },
  {
    title: "a machine that boots is known by its DUID",
    role: "home",
    changes: {
      "boot.classes": [menu],
      "lan.hosts": [{ ...board, mac: undefined, duid: "00:03:00:01:02:00:5e:10:00:02", suffix: "::42" }],
    },
    sentence:
      'lan.hosts[0].boot: given "menu" for a machine that is known by its DUID; allowed is this field beside a mac only; its firmware has another DUID than its system; name the machine by its mac',
  },
  ...(["guest", "iot"] as const).map((mode) => ({
    title: `a machine boots in a segment of mode ${mode}`,
    role: "home" as const,
    changes: {
      "boot.classes": [menu],
      "lan.segments": [{ name: "lan", subnet: 1, interface: "enp1s0", mode }],
      "lan.pinholes": [],
      "lan.hosts": [board],
    },
    sentence: `lan.hosts[0].boot: given "menu" in segment lan, whose mode is ${mode}; allowed is this field in a segment of mode v6only, v6mostly or legacy; guests and devices do not reach the boot files; remove it, or move the machine`,
  })),
  ...[
    "/srv",
    "/home/alice",
    "/etc/ssl/private",
    "/etc/ipv6-home",
    "/run/ipv6-home-boot",
    "/var/lib/boot",
    "/var/lib/ipv6-home/boot",
    "/var/lib/bind/ipv6-home",
    "/srv/../etc",
    "srv/boot",
  ].map((folder) => ({
    title: `the folder of boot files is ${folder}`,
    role: "home" as const,
    changes: { "boot.folder": folder },
    sentence: `boot.folder: given "${folder}"; allowed is a folder below /srv, /opt or a folder of /var/lib that is not the project's, as /srv/ipv6-home-boot, without a slash at its end; name one for boot files alone: machines of the LAN may read all that is in it`,
  })),
];
