import { changesOf, othersOf, type ComponentChange, type FileChange } from "./change";
import { code, fenced } from "./escape";
import type { Preview } from "./preview";
import { riskLabels } from "./risk";

/** The first line of the comment, by which it is found again and updated. */
export const marker = "<!-- ipv6-home: review of a network change -->";

/** Characters that GitHub takes in a comment are 65,536; the rest is a reserve. */
export const longestComment = 65_000;

/** Lines of a diff that are shown, tried one after the other until the comment is short enough. */
const cuts = [400, 150, 60, 25, 10, 0];

/**
 * The comment on a pull request, as GitHub's Markdown: a summary line, the components with their risks, policy
 * results, and for each host the diff of its files. Never longer than {@link longestComment}.
 */
export function renderComment(given: readonly Preview[]): string {
  const previews = given.map(reviewed);
  const head = [
    marker,
    "### What this change does to the network",
    summaryLine(previews),
    ...previews.flatMap(problemsOf),
    tableOf(previews),
    ...previews.map(policiesOf),
  ];
  const whole = (cut: number) => join([...head, ...hostsOf(previews, cut), footOf(previews)]);
  const found = cuts.map(whole).find((text) => text.length <= longestComment);
  if (found !== undefined) return found;
  const note =
    "_There is too much to show here: see the artifact of the preview, or run the preview yourself._";
  const short = join(head);
  const room = longestComment - note.length - 2;
  return `${short.length <= room ? short : short.slice(0, short.lastIndexOf("\n", room)).trimEnd()}\n\n${note}\n`;
}

const join = (parts: readonly string[]) => `${parts.filter((part) => part !== "").join("\n\n")}\n`;

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** A preview with what is made of it, once. */
interface Reviewed extends Preview {
  readonly changes: readonly ComponentChange[];
  readonly others: readonly string[];
}

const reviewed = (preview: Preview): Reviewed => ({
  ...preview,
  changes: changesOf(preview),
  others: othersOf(preview),
});

const allChanges = (previews: readonly Reviewed[]) => sorted(previews.flatMap(({ changes }) => changes));
const allOthers = (previews: readonly Reviewed[]) => previews.flatMap(({ others }) => others);

/** One line: `home`: 2 components, 3 files · `colo`: 1 component, 1 file · worst: **can cut SSH**. */
export const summaryOf = (previews: readonly Preview[]): string => summaryLine(previews.map(reviewed));

function summaryLine(previews: readonly Reviewed[]): string {
  const changes = allChanges(previews);
  const hosts = [...new Set(changes.map(({ host }) => host))].map((host) => {
    const own = changes.filter((change) => change.host === host);
    const files = own.flatMap((change) => change.files.filter(({ path }) => path !== undefined));
    return `${code(host)}: ${plural(own.length, "component")}, ${plural(files.length, "file")}`;
  });
  const labels = new Set(changes.flatMap(({ risks }) => risks.map(({ label }) => label)));
  const worst = riskLabels.find((label) => labels.has(label));
  const broken = previews.filter(({ violations }) => violations.some(({ level }) => level === "mandatory"));
  const failed = previews.filter(({ complete }) => !complete);
  const others = allOthers(previews);
  return [
    ...failed.map(({ stack }) => `**the preview of ${code(stack)} failed**`),
    ...(hosts.length > 0 ? hosts : failed.length > 0 || others.length > 0 ? [] : ["**no changes**"]),
    ...(changes.length === 0 && others.length > 0 ? ["no host changes, only the state"] : []),
    ...(worst === undefined ? [] : [`worst: **${worst}**`]),
    ...(broken.length === 0 ? [] : [`**policies refuse it**`]),
  ].join(" · ");
}

function problemsOf({ stack, complete, errors }: Preview): string[] {
  if (complete && errors.length === 0) return [];
  const said = errors.length > 0 ? errors : ["it ended without a word; see the log of the job"];
  return [
    `**${code(stack)}** was not previewed to the end, so what stands here of it may not be all:`,
    fenced("", said.flatMap((each) => each.split("\n")).slice(0, 40)),
  ];
}

function tableOf(previews: readonly Reviewed[]): string {
  const rows = allChanges(previews).map((change) => {
    const risks = change.risks.map(({ label, about }) => `**${label}** (${code(about)})`);
    const what = `${operationWord[change.operation]}${change.hidden ? ", content is secret" : ""}`;
    const names = [
      code(change.host),
      code(change.name),
      what,
      risks.length === 0 ? "none" : risks.join("<br>"),
    ];
    return `| ${names.join(" | ")} |`;
  });
  const others = allOthers(previews).map((each) => `- ${code(each)}`);
  return [
    ...(rows.length === 0
      ? []
      : ["| host | component | what | risk |", "| --- | --- | --- | --- |", ...rows]),
    ...(others.length === 0 ? [] : ["", "Not on a host:", "", ...others]),
  ].join("\n");
}

const operationWord = {
  create: "new",
  update: "changed",
  replace: "made anew",
  delete: "removed",
} as const;

/** By host, the colo last, because its own stack is one of several that change it. */
const sorted = (changes: readonly ComponentChange[]): ComponentChange[] =>
  [...changes].sort(
    (a, b) => Number(a.host === "colo") - Number(b.host === "colo") || a.host.localeCompare(b.host),
  );

function policiesOf({ stack, violations, policies }: Preview): string {
  if (violations.length > 0) {
    return [
      `Policies of ${code(stack)}:`,
      "",
      ...violations.map(
        ({ level, policy, message, urn }) =>
          `- **${level === "mandatory" ? "refused" : code(level)}** by ${code(policy)}${urn === undefined ? "" : `, ${code(urn.split("::").at(-1) ?? urn)}`}: ${code(message)}`,
      ),
    ].join("\n");
  }
  return policies.length === 0
    ? `Policies of ${code(stack)}: none were asked.`
    : `Policies of ${code(stack)}: ${plural(policies.length, "policy").replace("policys", "policies")} asked, none broken.`;
}

function hostsOf(previews: readonly Reviewed[], cut: number): string[] {
  const changes = allChanges(previews);
  return [...new Set(changes.map(({ host }) => host))].flatMap((host) => [
    `#### On ${code(host)}`,
    ...changes.filter((change) => change.host === host).flatMap((change) => componentOf(change, cut)),
  ]);
}

function componentOf(change: ComponentChange, cut: number): string[] {
  const { name, files, hidden, otherInputs, operation } = change;
  const others = operation === "update" ? otherInputs : [];
  return [
    ...(hidden ? [`${code(name)}: the content is secret and not shown.`] : []),
    ...(others.length > 0
      ? [`${code(name)} is applied again: ${others.map(code).join(", ")} of the login or command changed.`]
      : []),
    ...files.flatMap((file) => [headingOf(name, file), diffOf(file, cut)]),
  ];
}

function headingOf(name: string, { path, formerPath, operation, attributes }: FileChange): string {
  const file = `${formerPath === undefined ? "" : `${code(formerPath)} → `}${code(path ?? "")}`;
  const what = path === undefined ? `what ${code(name)} asks of the host` : `${file} (${code(name)})`;
  return `**${operation}** ${what}${attributes === undefined ? "" : `, ${code(attributes)}`}`;
}

function diffOf({ diff }: FileChange, cut: number): string {
  if (diff.length === 0) return "";
  if (cut === 0) return `_${plural(diff.length, "line")} of diff left out: the comment would be too long._`;
  const rest = diff.length - cut;
  return [
    fenced("diff", diff.slice(0, cut)),
    ...(rest > 0 ? ["", `_${plural(rest, "more line")} of this diff left out._`] : []),
  ].join("\n");
}

const foot = {
  state: "_Compared with the state of the stacks; no host was asked._",
  branch:
    "_Compared: what the settings files of the branch and of the change render. No state, key or host was in reach._",
  nothing: "_Compared with nothing, so all is new: only the settings files were there. No host was asked._",
} as const;

const footOf = (previews: readonly Preview[]): string =>
  [...new Set(previews.map(({ against }) => foot[against]))].join("\n\n");
