import { management } from "../../../lab/topology";
import type { Bundle } from "../../../render/bundle";
import { renderUnit, unitPath } from "../../../render/unit";

const home = management.hosts.home;
const operator = management.machine.split("/")[0] ?? "";

/** One way to lock the operator out, as a component in a good form and in one that does it. */
export interface LockoutCase {
  readonly title: string;
  readonly good: Bundle;
  readonly bad: Bundle;
  /** Lines for the host that make the good form matter, and take that back. */
  readonly premise?: { readonly set: string; readonly unset: string };
  /** What shows on the host that it has the good form. */
  readonly look: string;
  /** Whether the command itself fails, before anybody is asked to confirm. */
  readonly fails?: true;
}

const unit = "lockout.service";

/** A component of one unit that runs commands, and undoes nothing when it stops. */
const commands = (...start: readonly string[]): Bundle => ({
  component: "lockout",
  files: [
    {
      path: unitPath(unit),
      content: renderUnit({
        Unit: { Description: "Locks the operator out, or not" },
        Service: { Type: "oneshot", RemainAfterExit: "yes", ExecStart: start },
        Install: { WantedBy: "multi-user.target" },
      }),
    },
  ],
  units: [{ unit, action: "restart", paths: [unitPath(unit)] }],
});

const ruleset = "/etc/ipv6-home/lockout.nft";

/** A table that judges what comes in from the operator's side. */
const firewall = (...rules: readonly string[]): Bundle => {
  const lines = ["type filter hook input priority -5; policy accept;", ...rules].map(
    (line) => `\t\t${line}\n`,
  );
  const table = [
    "table inet lockout",
    "delete table inet lockout",
    "table inet lockout {",
    "\tchain input {",
  ];
  const { files, ...rest } = commands(`/usr/sbin/nft --file ${ruleset}`);
  return {
    ...rest,
    files: [...files, { path: ruleset, content: `${table.join("\n")}\n${lines.join("")}\t}\n}\n` }],
    checks: [`nft --check --file {stage}${ruleset}`],
    units: [{ unit, action: "restart", paths: [unitPath(unit), ruleset] }],
  };
};

const sshd = (line: string): Bundle => {
  const path = "/etc/ssh/sshd_config.d/lockout.conf";
  return {
    component: "lockout",
    files: [{ path, content: `${line}\n` }],
    notifies: [{ unit: "ssh.service", action: "restart", paths: [path] }],
  };
};

const ip = "/usr/sbin/ip -6";
const address = (wanted: string) =>
  commands(
    `/bin/sh -c "${ip} address flush dev mgmt0 scope global; ${ip} address add ${wanted}/64 dev mgmt0 nodad"`,
  );
const gateway = (next: string) => commands(`${ip} route replace default via ${next} dev mgmt0 metric 5`);
const machineLinkLocal = "fe80::1ab";

/** Each of them really cuts SSH. */
export const lockoutCases: readonly [LockoutCase, ...LockoutCase[]] = [
  {
    title: "a firewall without the rule for SSH",
    good: firewall("tcp dport 22 accept"),
    bad: firewall('iifname "mgmt0" ct state established accept', 'iifname "mgmt0" tcp dport 22 drop'),
    look: "nft list table inet lockout | grep -c 'tcp dport 22 accept'",
  },
  {
    title: "a firewall that loads, but drops what is established as well",
    good: firewall("tcp dport 22 accept"),
    bad: firewall('iifname "mgmt0" drop'),
    look: "nft list table inet lockout | grep -c 'tcp dport 22 accept'",
  },
  {
    title: "a wrong address on the management interface",
    good: address(home),
    bad: address("fd00:1ab::bad"),
    look: `ip -6 -o address show dev mgmt0 scope global | grep -c ' ${home}/64 '`,
  },
  {
    title: "a wrong default route",
    good: gateway(machineLinkLocal),
    bad: gateway("fe80::dead"),
    // The operator's network is not the host's own any more: answers take the default route.
    premise: {
      set: `ip -6 address flush dev mgmt0 scope global; ip -6 address add ${home}/128 dev mgmt0 nodad; ip -6 route add default via ${machineLinkLocal} dev mgmt0 metric 5`,
      unset: `ip -6 route del default dev mgmt0 metric 5; ip -6 address flush dev mgmt0 scope global; ip -6 address add ${home}/64 dev mgmt0 nodad`,
    },
    look: `ip -6 route get ${operator} | grep -c 'via ${machineLinkLocal} '`,
  },
  {
    title: "an sshd that does not start",
    good: sshd("# nothing"),
    bad: sshd("NoSuchOption yes"),
    look: "systemctl is-active ssh && sshd -t && echo 1",
    fails: true,
  },
];
