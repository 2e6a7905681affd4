import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { inState, stateDirectory } from "./paths";

// Belongs to the whole machine, not to a namespace: wireguard-go's sockets overflow with the kernel's default of 208 KiB.
const receiveBuffer = "/proc/sys/net/core/rmem_max";
const wanted = 8 * 1024 * 1024;
const before = (): string => inState("rmem_max.before");

/** Raises the receive buffer limit of the machine for the time that the lab is up. */
export function raiseSysctls(): void {
  const current = readFileSync(receiveBuffer, "utf8").trim();
  if (Number(current) >= wanted) return;
  mkdirSync(stateDirectory, { recursive: true });
  writeFileSync(before(), current);
  writeFileSync(receiveBuffer, String(wanted));
}

/** Puts it back. */
export function restoreSysctls(): void {
  if (!existsSync(before())) return;
  writeFileSync(receiveBuffer, readFileSync(before(), "utf8"));
  rmSync(before());
}
