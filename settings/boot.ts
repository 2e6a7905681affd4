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

const folder = matching(
  /^(?=.{1,200}$)(\/(?!\.)[A-Za-z0-9._-]+){2,}$/,
  "an absolute path of at least two parts, as /srv/ipv6-home-boot",
  "name a folder for boot files on the gateway",
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

/** Classes of one name, machines and a default of an unknown one, and machines whose firmware is not known. */
export function conflictsOfBoot(source: SettingSource, hosts: readonly HostSettings[]): string[] {
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
            allowed: names.join(", ") || "a class of boot.classes",
            todo: "name a class of boot.classes",
          }),
        ];
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
    ...hosts.flatMap(({ boot, mac }, index) => [
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
