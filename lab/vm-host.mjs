// vm-host.mjs NAME DIRECTORY IMAGE ACCELERATOR PIDFILE: the power supply of one lab host that is a machine. To be run in
// the host's network namespace, whose ports are the far ends of the host's cables. Boots the machine, boots it again when
// it asks for a reboot, and ends when it is off. Its ports follow the cables: one that is plugged in or pulled, or whose
// other end goes down, is so for the machine too. PIDFILE holds the process id of the machine while it is on.
import { execFile, spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const [name, directory, image, accelerator, pidFile] = process.argv.slice(2);
const call = promisify(execFile);
const ip = async (...args) => (await call("ip", args)).stdout;
const say = (text) => process.stdout.write(`${text}\n`);

const control = { tap: "lab0", mac: "06:00:00:00:1a:b0" };
const tapOf = (port) => `t-${port}`;
const bridgeOf = (port) => `b-${port}`;
// The machine's end of a cable has the address that the lab knows; the namespace's end must have another one.
const inMachine = (mac) => `02${mac.slice(2)}`;
const outside = (mac) => `06${mac.slice(2)}`;

/** The cables that end here. */
async function cables() {
  const links = JSON.parse((await ip("-j", "-d", "link", "show")) || "[]");
  const ends = links.filter(({ linkinfo }) => linkinfo?.info_kind === "veth");
  return new Map(
    ends.map(({ ifname, address, flags }) => [
      ifname,
      { mac: inMachine(address), plain: outside(address), carrier: !flags.includes("NO-CARRIER") },
    ]),
  );
}

/** Joins a cable's end and a port of the machine. */
async function join(port, { plain }) {
  const [tap, bridge] = [tapOf(port), bridgeOf(port)];
  await ip("link", "set", port, "down");
  await ip("link", "set", port, "address", plain);
  await call("ip", ["link", "delete", bridge]).catch(() => undefined);
  await call("ip", ["tuntap", "add", tap, "mode", "tap"]).catch(() => undefined);
  await ip("link", "add", bridge, "type", "bridge", "mcast_snooping", "0", "forward_delay", "0");
  for (const each of [port, tap]) await ip("link", "set", each, "master", bridge);
  for (const each of [tap, bridge, port]) await ip("link", "set", each, "up");
}

async function part(port) {
  for (const each of [tapOf(port), bridgeOf(port)])
    await call("ip", ["link", "delete", each]).catch(() => undefined);
}

const netdev = (id, tap) => `tap,id=${id},ifname=${tap},script=no,downscript=no`;
const device = (id, mac) => `virtio-net-pci,id=d-${id},netdev=${id},mac=${mac},romfile=`;

const qemu = (ports, socket) => [
  ..."-nodefaults -no-user-config -no-reboot -display none -machine pc -smp 2 -m 1024".split(" "),
  ...(accelerator === "kvm"
    ? ["-accel", "kvm", "-cpu", "host"]
    : ["-accel", "tcg,thread=multi,tb-size=128", "-cpu", "qemu64"]),
  ..."-device virtio-rng-pci".split(" "),
  // Nothing that the machine has written is lost with its power, as with a disk that keeps its promises.
  ...["-drive", `file=${directory}/disk.img,if=virtio,format=raw,cache=unsafe`],
  ...["-drive", `file=${directory}/files.tar,if=virtio,format=raw,readonly=on`],
  ...["-drive", `file=${image}/tools.img,if=virtio,format=raw,readonly=on`],
  ...["-chardev", `file,id=console,path=${directory}/console,append=on`, "-serial", "chardev:console"],
  ...["-qmp", `unix:${socket},server=on,wait=off`],
  ...["-netdev", netdev("control", control.tap), "-device", device("control", control.mac)],
  ...[...ports].flatMap(([port, { mac }]) => [
    "-netdev",
    netdev(port, tapOf(port)),
    "-device",
    device(port, mac),
  ]),
  ...["-kernel", `${image}/vmlinux`, "-initrd", `${image}/initrd`, "-append"],
  "console=ttyS0 net.ifnames=0 mitigations=off panic=-1 systemd.show_status=no quiet " +
    "no_timer_check cryptomgr.notests apparmor=0 audit=0 nowatchdog init_on_alloc=0 rcupdate.rcu_expedited=1",
];

/** The machine's monitor (QEMU's QMP): commands one after the other, and events. */
async function monitor(socket, machine, onEvent) {
  let connection;
  for (;;) {
    connection = connect(socket);
    const open = await new Promise((resolve) => {
      connection.once("connect", () => resolve(true));
      connection.once("error", () => resolve(false));
    });
    if (open) break;
    if (machine.exitCode !== null || machine.signalCode !== null)
      throw new Error("the machine did not start");
    await wait(50);
  }
  const waiting = [];
  connection.on("error", () => undefined);
  connection.on("close", () => waiting.splice(0).forEach(({ reject }) => reject(new Error("monitor: gone"))));
  createInterface(connection).on("line", (line) => {
    const message = JSON.parse(line);
    if (message.event !== undefined) onEvent(message);
    else if (message.QMP === undefined) {
      const { resolve, reject } = waiting.shift() ?? {};
      if (message.error === undefined) resolve?.(message.return);
      else reject?.(new Error(message.error.desc));
    }
  });
  const command = (execute, args = {}) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      connection.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
  await command("qmp_capabilities");
  return command;
}

/** Keeps the machine's ports as the cables are. */
function follow(command, joined, removed) {
  let busy = Promise.resolve();
  const unplug = async (port) => {
    joined.delete(port);
    const gone = new Promise((resolve) => removed.set(`d-${port}`, resolve));
    await command("device_del", { id: `d-${port}` });
    // A machine that is booting does not answer.
    await Promise.race([gone, wait(20_000)]);
    await command("netdev_del", { id: port });
    await part(port);
  };
  const plug = async (port, cable) => {
    await join(port, cable);
    await command("netdev_add", {
      type: "tap",
      id: port,
      ifname: tapOf(port),
      script: "no",
      downscript: "no",
    });
    await command("device_add", {
      driver: "virtio-net-pci",
      id: `d-${port}`,
      netdev: port,
      mac: cable.mac,
      romfile: "",
    });
    joined.set(port, true);
  };
  const look = async () => {
    const now = await cables();
    for (const port of [...joined.keys()].filter((each) => !now.has(each))) await unplug(port);
    for (const [port, cable] of now) {
      if (!joined.has(port)) await plug(port, cable);
      if (joined.get(port) === cable.carrier) continue;
      joined.set(port, cable.carrier);
      await command("set_link", { name: `d-${port}`, up: cable.carrier });
    }
  };
  const soon = () => {
    busy = busy.then(look).catch((error) => say(`${name}: ports: ${error.message}`));
  };
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "ip", "monitor", "link"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.on("data", soon);
  soon();
  return () => child.kill("SIGKILL");
}

let powerOff = () => undefined;
let wanted = true;
process.on("SIGTERM", () => {
  wanted = false;
  powerOff();
});

/** Whether sshd of the lab's way in greets. */
async function greets() {
  const socket = connect({ host: "169.254.77.2", port: 22 });
  const greeting = new Promise((resolve) => {
    // Where nobody answers, the kernel would ask again after seconds; where somebody does, he may take his time.
    socket.setTimeout(300, () => resolve(false));
    socket.once("connect", () => socket.setTimeout(10_000));
    for (const event of ["error", "close"]) socket.once(event, () => resolve(false));
    socket.once("data", () => resolve(true));
  });
  const result = await greeting;
  socket.destroy();
  if (!result) await wait(50);
  return result;
}

/** The lab's connection into the machine, which its commands share. */
function keepConnected(machine) {
  const path = `${directory}/ssh`;
  let client;
  const isOn = () => machine.exitCode === null && machine.signalCode === null;
  const open = async () => {
    rmSync(path, { force: true });
    // Asked again and again, as a machine that boots says nothing, and ssh itself would wait for seconds.
    while (isOn() && !(await greets()));
    if (!isOn()) return;
    client = spawn("ssh", ["-F", `${directory}/ssh_config`, "-M", "-N", "-o", "ControlMaster=yes", name], {
      stdio: "ignore",
    });
    client.on("exit", async () => {
      await wait(200);
      if (isOn()) void open();
    });
  };
  void open();
  return () => {
    client?.kill("SIGKILL");
    rmSync(path, { force: true });
  };
}

/** From power on to power off; answers whether the machine asked for a reboot. */
async function boot() {
  const socket = `${directory}/monitor`;
  rmSync(socket, { force: true });
  const ports = await cables();
  for (const [port, cable] of ports) await join(port, cable);
  const machine = spawn("setpriv", ["--pdeathsig", "KILL", "qemu-system-x86_64", ...qemu(ports, socket)], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = new Promise((resolve) => machine.on("close", resolve));
  writeFileSync(pidFile, String(machine.pid));
  let reason = "";
  const removed = new Map();
  const stops = [];
  try {
    const command = await monitor(socket, machine, ({ event, data }) => {
      if (event === "SHUTDOWN") reason = data.reason;
      if (event === "DEVICE_DELETED") removed.get(data.device)?.();
    });
    powerOff = () => void command("system_powerdown").catch(() => undefined);
    if (!wanted) powerOff();
    const joined = new Map([...ports.keys()].map((port) => [port, true]));
    stops.push(follow(command, joined, removed), keepConnected(machine));
    await ended;
  } finally {
    machine.kill("SIGKILL");
    stops.forEach((stop) => stop());
    rmSync(pidFile, { force: true });
    // A machine without power is a cable's end that nobody holds.
    for (const port of (await cables()).keys()) await ip("link", "set", port, "down").catch(() => undefined);
  }
  return reason === "guest-reset" || reason === "guest-panic";
}

await ip("link", "set", "lo", "up");
await call("sysctl", ["-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"]);
await call("ip", ["tuntap", "add", control.tap, "mode", "tap"]).catch(() => undefined);
await ip("address", "replace", "169.254.77.1/30", "dev", control.tap);
await ip("link", "set", control.tap, "up");
// Or the kernel asks for it once a second, and gives up between.
await ip(
  "neighbour",
  "replace",
  "169.254.77.2",
  "lladdr",
  control.mac,
  "dev",
  control.tap,
  "nud",
  "permanent",
);
while ((await boot()) && wanted);
