import { isIsolated, type Segment } from "../network/address-plan";
import type { BootClass, BootPlan } from "../network/boot-plan";
import { all, andThen, mistaken, quote, sentence, valid, type Result } from "./result";
import type { HostSettings } from "./settings";
import { fieldsOf, type SettingSource } from "./source";
import { hostLabel, listOf, matching, orElse, yesOrNo, type Parser } from "./values";

/** A path below the folder of boot files. */
const file = matching(
  /^(?!.*(^|\/)\.)[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/,
  "a path below boot.folder, as debian/grubnetx64.efi: letters, digits, . _ - and /",
  "put the file into that folder on the gateway",
);

interface ClassFields {
  readonly name: string;
  readonly firmware: string | undefined;
  readonly firmwareArm64: string | undefined;
  readonly script: string | undefined;
  readonly tftp: boolean;
}

const fields: Parser<ClassFields> = fieldsOf<ClassFields>(
  {
    name: hostLabel,
    firmware: orElse(undefined, file),
    firmwareArm64: orElse(undefined, file),
    script: orElse(undefined, file),
    tftp: orElse(true, yesOrNo("false serves these machines by HTTP alone")),
  },
  ["firmware", "firmwareArm64", "script", "tftp"],
);

const bootClass: Parser<BootClass> = (given, where) =>
  andThen(fields(given, where), ({ name, firmware, firmwareArm64, script, tftp }): Result<BootClass> =>
    firmware === undefined && script === undefined
      ? mistaken({
          where: `${where}.script`,
          given: "neither firmware nor script",
          allowed: "at least one of the two",
          todo: "iPXE is loaded where there is no firmware, and needs a script",
        })
      : valid({
          name,
          tftp,
          ...(firmware === undefined ? {} : { firmware }),
          ...(firmwareArm64 === undefined ? {} : { firmwareArm64 }),
          ...(script === undefined ? {} : { script }),
        }),
  );

/** Where the system keeps nothing of its own: of /var/lib the folders inside of a program's, and not of ours. */
const folder = matching(
  /^(?=.{1,200}$)(\/srv|\/opt|\/var\/lib\/(?!\.|ipv6-home|bind\/)[A-Za-z0-9._-]+)(\/(?!\.)[A-Za-z0-9._-]+)+$/,
  "a folder below /srv, /opt or a folder of /var/lib that is not the project's, as /srv/ipv6-home-boot, without a slash at its end",
  "name one for boot files alone: machines of the LAN may read all that is in it",
);

const classesOf = (source: SettingSource) => source.read("boot.classes", listOf(bootClass));
const fallbackOf = (source: SettingSource) => source.optional("boot.default", hostLabel);

/** Parses how machines boot over the network. */
export const parseBoot = (source: SettingSource): Result<BootPlan> =>
  andThen(
    all({
      classes: classesOf(source),
      fallback: fallbackOf(source),
      folder: source.read("boot.folder", folder),
    }),
    ({ fallback, ...rest }) => valid({ ...rest, ...(fallback === undefined ? {} : { fallback }) }),
  );

/** Classes of one name, machines and a default of an unknown one, and machines that no boot file can reach. */
export function conflictsOfBoot(
  source: SettingSource,
  hosts: readonly HostSettings[],
  segments: readonly Segment[],
): string[] {
  // Each read on its own, so that a mistake in one does not hide a conflict.
  const [classes, given] = [classesOf(source), fallbackOf(source)];
  if (!classes.ok) return [];
  const names = classes.value.map(({ name }) => name);
  const fallback = given.ok ? given.value : undefined;
  const unknown = (where: string, given: string) =>
    names.includes(given)
      ? []
      : [
          sentence({
            where,
            given: quote(given),
            allowed: names.join(", ") || "a class of boot.classes, which has none",
            todo: "name a class of boot.classes, or add it there",
          }),
        ];
  const isolated = (where: string, given: string, segment: string) =>
    segments
      .filter((each) => each.name === segment && isIsolated(each))
      .map(({ name, mode }) =>
        sentence({
          where,
          given: `${quote(given)} in segment ${name}, whose mode is ${mode}`,
          allowed: "this field in a segment of mode v6only, v6mostly or legacy",
          todo: "guests and devices do not reach the boot files; remove it, or move the machine",
        }),
      );
  return [
    ...names.flatMap((name, index) =>
      names.indexOf(name) === index
        ? []
        : [
            sentence({
              where: `boot.classes[${index}].name`,
              given: `${quote(name)}, which another class has already`,
              allowed: "each only once",
              todo: "choose another name",
            }),
          ],
    ),
    ...(fallback === undefined ? [] : unknown("boot.default", fallback)),
    ...hosts.flatMap(({ boot, mac, segment }, index) => [
      ...(boot === undefined ? [] : isolated(`lan.hosts[${index}].boot`, boot, segment)),
      ...(boot === undefined ? [] : unknown(`lan.hosts[${index}].boot`, boot)),
      ...(boot === undefined || mac !== undefined
        ? []
        : [
            sentence({
              where: `lan.hosts[${index}].boot`,
              given: `${quote(boot)} for a machine that is known by its DUID`,
              allowed: "this field beside a mac only",
              todo: "its firmware has another DUID than its system; name the machine by its mac",
            }),
          ]),
    ]),
  ];
}
