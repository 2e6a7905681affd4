import { stringify } from "yaml";
import type { UnpackedFile } from "../test/support/bundle";
import type { Rule, Step } from "./payload";

type Task = Readonly<Record<string, unknown>>;

const isUnit = (path: string): boolean => path.startsWith("/etc/systemd/system/");
const handlerOf = ({ unit, action }: Rule): string => `${action} ${unit}`;
const nameOf = (path: string): string => path.replace(/\W+/g, "_");

/** The check of one file as the copy module takes it, with `%s` for the file. */
function validateOf(file: UnpackedFile, checks: readonly string[]): { validate?: string } {
  const staged = `{stage}${file.path}`;
  const check = checks.find((each) => each.split(/[ =]/).includes(staged));
  if (check === undefined) return {};
  // The module checks a file that is named otherwise, and a unit is judged by its name.
  const name = isUnit(file.path) ? `%s:${file.path.slice(file.path.lastIndexOf("/") + 1)}` : "%s";
  const words = check.replace(staged, name).split(" ");
  return { validate: words.filter((word) => !word.includes("{stage}")).join(" ") };
}

const ownership = ({ mode, owner }: UnpackedFile) => {
  const [user, group] = owner.split(":");
  return { owner: user, group, mode };
};

const isPerl = ({ content }: UnpackedFile) => content.startsWith("#!/usr/bin/perl\n");

/** Programs of one language are alike, so they are one task with a loop. */
function programTasks(host: string, files: readonly UnpackedFile[]): Task[] {
  const perl = files.filter(isPerl);
  const others = files.filter((file) => !isPerl(file));
  return [
    ...(others.length === 0 ? [] : [programTask("programs", host, others, "bash -n %s")]),
    ...(perl.length === 0 ? [] : [programTask("programs in Perl", host, perl, "perl -c %s")]),
  ];
}

function programTask(name: string, host: string, files: readonly UnpackedFile[], validate: string): Task {
  return {
    name,
    "ansible.builtin.copy": {
      src: `files/${host}{{ item }}`,
      dest: "{{ item }}",
      owner: "root",
      group: "root",
      mode: "0755",
      validate,
    },
    loop: files.map(({ path }) => path),
  };
}

function fileTask(host: string, file: UnpackedFile, step: Step): Task {
  const told = step.rules.filter(({ paths }) => paths.includes(file.path)).map(handlerOf);
  return {
    name: file.path,
    "ansible.builtin.copy": {
      src: `files/${host}${file.path}`,
      dest: file.path,
      ...ownership(file),
      ...validateOf(file, step.checks),
    },
    register: nameOf(file.path),
    ...(told.length === 0 ? {} : { notify: told }),
  };
}

const directoryTask = (step: Step): Task => ({
  name: "folders",
  "ansible.builtin.file": {
    path: "{{ item.path }}",
    state: "directory",
    owner: "root",
    group: "root",
    mode: "{{ item.mode }}",
  },
  loop: step.directories,
});

/** The copy module makes no folders; these are there on every Debian with the packages. */
const known = ["/etc/bind", "/etc/sysctl.d", "/etc/systemd/system"];

function parentTasks({ files, directories }: Step): Task[] {
  const made = (folder: string) =>
    known.includes(folder) || directories.some(({ path }) => `${path}/`.startsWith(`${folder}/`));
  const missing = [...new Set(files.map(({ path }) => path.slice(0, path.lastIndexOf("/"))))].filter(
    (folder) => !made(folder),
  );
  const module = { path: "{{ item }}", state: "directory" };
  return missing.length === 0
    ? []
    : [{ name: "folders above files", "ansible.builtin.file": module, loop: missing }];
}

const sysctlTask = (path: string): Task => ({
  name: `sysctls of ${path}`,
  "ansible.builtin.command": { argv: ["sysctl", "-q", "-p", path] },
  when: `${nameOf(path)} is changed`,
});

function unitTask({ unit }: Rule, step: Step): Task {
  const file = step.files.find(({ path }) => path === `/etc/systemd/system/${unit}`);
  return {
    name: unit,
    "ansible.builtin.systemd_service": {
      name: unit,
      enabled: true,
      state: "started",
      ...(file === undefined ? {} : { daemon_reload: `{{ ${nameOf(file.path)} is changed }}` }),
    },
  };
}

/** The tasks of one host: folders, files, then sysctls and units. */
export function tasksOf(host: string, steps: readonly Step[]): string {
  return stringify(
    steps.flatMap((step): Task[] => {
      const programs = step.files.filter(({ mode }) => mode === "0755");
      const others = step.files.filter(({ mode }) => mode !== "0755");
      return [
        ...(step.directories.length === 0 ? [] : [directoryTask(step)]),
        ...parentTasks(step),
        ...programTasks(host, programs),
        ...others.map((file) => fileTask(host, file, step)),
        ...step.sysctls.map(sysctlTask),
        ...step.rules.map((rule) => unitTask(rule, step)),
      ];
    }),
  );
}

/** The playbook: both hosts in one play, each at its own pace. */
export function playbookOf(rules: readonly Rule[]): string {
  const handlers = new Map(rules.map((rule) => [handlerOf(rule), rule]));
  return stringify([
    {
      name: "the IPv6-only home",
      hosts: "all",
      // The hosts have different tasks: in lockstep they would wait for each other.
      strategy: "free",
      gather_facts: false,
      tasks: [{ "ansible.builtin.include_tasks": "{{ inventory_hostname }}.yml" }],
      handlers: [...handlers].map(([name, { unit, action }]) => ({
        name,
        "ansible.builtin.systemd_service": { name: unit, state: `${action}ed` },
      })),
    },
  ]);
}
