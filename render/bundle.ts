import { createHash } from "node:crypto";

/** One file on a host. */
export interface HostFile {
  /** Absolute path, without white space. */
  readonly path: string;
  /** Whole content, ending with a newline. */
  readonly content: string;
  /** Octal, four digits. @default 0644 */
  readonly mode?: string;
  /** `user:group`. @default root:root */
  readonly owner?: string;
}

/** A systemd unit and the files whose change it must hear of. */
export interface UnitRule {
  readonly unit: string;
  /** `restart` stops the unit by its old definition before the files change; `reload` leaves it running. */
  readonly action: "reload" | "restart";
  readonly paths: readonly string[];
}

/** Everything that one component wants of one host. The text of it is what a reviewer sees in a preview. */
export interface Bundle {
  /** Name of the component on the host; its record is kept under /var/lib/ipv6-home/<component>. */
  readonly component: string;
  /** What the host must have before anything is touched, see assets/host/preflight.sh. */
  readonly requires?: readonly string[];
  /** Units that packages bring and that must not run beside ours. */
  readonly masks?: readonly string[];
  readonly packages?: readonly string[];
  readonly directories?: readonly { readonly path: string; readonly mode: string }[];
  readonly files: readonly HostFile[];
  /** Commands that must succeed before the component goes: something else has taken over what it does. */
  readonly releases?: readonly string[];
  /**
   * A command for a host that goes back to a time before the component: it hands over what the component carries to the
   * one that carried it then, and the component stays. If it fails there is none, and the component goes.
   */
  readonly standBy?: string;
  /** Whom the component serves, in one word each, and the command that tells them that it goes, but for how many times. */
  readonly farewells?: readonly { readonly to: string; readonly command: string }[];
  /** What becomes of the packages that came with this project when the host is given back. @default keep */
  readonly packagesAtRemoval?: "keep" | "purge";
  /** Commands that judge the staged files; `{stage}` stands for the folder that holds them at their paths. */
  readonly checks?: readonly string[];
  /** Those of the files that hold sysctls. */
  readonly sysctls?: readonly string[];
  /** Interfaces that the component switches on; removal switches those off that were. */
  readonly links?: readonly string[];
  /** Commands that print the state outside of files that the component is answerable for, see assets/host/live.sh. */
  readonly states?: readonly string[];
  /** Files whose lines are told with what differs, and that no convergence could put right. */
  readonly notices?: readonly string[];
  /** Tables of nftables, each with the file that makes it. */
  readonly rulesets?: readonly { readonly path: string; readonly table: string }[];
  /** Folders in which nobody else's files belong. */
  readonly exclusives?: readonly string[];
  /** The component's own units, in the order of their start. */
  readonly units?: readonly UnitRule[];
  /** Units of other components. */
  readonly notifies?: readonly UnitRule[];
  /** Seconds in which a new login must confirm the change, or the host takes it back; see assets/host/guard.sh. */
  readonly guardWindowSec?: number;
}

const modeOf = (file: HostFile) => file.mode ?? "0644";
const ownerOf = (file: HostFile) => file.owner ?? "root:root";

/** The bundle as text: directives a line each, the content of files indented by four blanks. Read by assets/host. */
export function renderBundle(bundle: Bundle): string {
  const rule = (word: string, { unit, action, paths }: UnitRule) =>
    `${word} ${[unit, action, ...paths].join(" ")}`;
  return [
    "ipv6-home bundle 1",
    ...(bundle.guardWindowSec === undefined ? [] : [`guard ${bundle.guardWindowSec}`]),
    ...(bundle.requires ?? []).map((each) => `require ${each}`),
    ...(bundle.masks ?? []).map((each) => `mask ${each}`),
    ...(bundle.packages ?? []).map((each) => `package ${each}`),
    ...(bundle.checks ?? []).map((each) => `check ${each}`),
    ...(bundle.releases ?? []).map((each) => `release ${each}`),
    ...(bundle.standBy === undefined ? [] : [`stand-by ${bundle.standBy}`]),
    ...(bundle.farewells ?? []).map(({ to, command }) => `farewell ${to} ${command}`),
    ...(bundle.packagesAtRemoval === undefined ? [] : [`packages-at-removal ${bundle.packagesAtRemoval}`]),
    ...(bundle.directories ?? []).map(({ path, mode }) => `directory ${mode} root:root ${path}`),
    ...(bundle.sysctls ?? []).map((each) => `sysctl ${each}`),
    ...(bundle.links ?? []).map((each) => `link ${each}`),
    ...(bundle.states ?? []).map((each) => `state ${each}`),
    ...(bundle.notices ?? []).map((each) => `notice ${each}`),
    ...(bundle.rulesets ?? []).map(({ path, table }) => `ruleset ${path} ${table}`),
    ...(bundle.exclusives ?? []).map((each) => `exclusive ${each}`),
    ...(bundle.units ?? []).map((each) => rule("unit", each)),
    ...(bundle.notifies ?? []).map((each) => rule("notify", each)),
    ...bundle.files.flatMap((file) => [
      `file ${modeOf(file)} ${ownerOf(file)} ${file.path}`,
      ...linesOf(file).map((line) => (line === "" ? "" : `    ${line}`)),
    ]),
    "",
  ].join("\n");
}

function linesOf({ path, content }: HostFile): string[] {
  if (!content.endsWith("\n")) throw new Error(`${path} does not end with a newline`);
  return content.slice(0, -1).split("\n");
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** SHA-256, hex, of the text of a bundle, as the host records it. */
export const bundleDigest = (bundle: Bundle): string => sha256(renderBundle(bundle));

/** SHA-256, hex, of the manifest that the host writes when it has converged: `sha256 mode owner path` per file. */
export function manifestHash(bundle: Bundle): string {
  return sha256(
    bundle.files
      .map((file) => `${sha256(file.content)} ${modeOf(file)} ${ownerOf(file)} ${file.path}\n`)
      .join(""),
  );
}
