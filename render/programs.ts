import type { HostFile } from "./bundle";

/** Texts of programs by their names. */
export type Programs<Name extends string> = Readonly<Record<Name, string>>;

/** Programs in Perl that one component alone has, in a folder of its own: where they are, and what judges them. */
export function perlPrograms<Name extends string>(
  folder: string,
  programs: Programs<Name>,
  names: readonly Name[],
): {
  readonly paths: readonly string[];
  readonly files: readonly HostFile[];
  readonly checks: readonly string[];
} {
  const files = names.map((name) => ({ path: `${folder}/${name}`, content: programs[name], mode: "0755" }));
  const paths = files.map(({ path }) => path);
  return { paths, files, checks: paths.map((path) => `perl -c {stage}${path}`) };
}
