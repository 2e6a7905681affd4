import { defined, isObject, listAt, stringAt, stringsAt } from "./json";
import { comparisons, operations, type Preview, type Side, type Step, type Violation } from "./preview";

/** Version of the file that goes from the job that previews to the one that comments. */
const schema = 1;

/** Longest file that is read, in characters: far more than two stacks need. */
const longest = 20_000_000;

/** The previews as a file. */
export const writePreviews = (previews: readonly Preview[]): string =>
  `${JSON.stringify({ schema, previews }, undefined, 1)}\n`;

/**
 * Reads such a file. It may come from a job that ran foreign code, so it is data and nothing more: what does not have
 * the form is left out or refused. Throws a sentence for people.
 */
export function readPreviews(text: string): Preview[] {
  if (text.length > longest) {
    throw new Error(
      `the previews have ${text.length} characters; allowed is ${longest}; preview fewer stacks at once`,
    );
  }
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    file = undefined;
  }
  if (!isObject(file) || file["schema"] !== schema) {
    throw new Error(
      `the previews are no file of schema ${schema}; allowed is what 'npm run review -- preview' writes; make it anew with this version`,
    );
  }
  return listAt(file["previews"]).flatMap((each) => (isObject(each) ? [previewOf(each)] : []));
}

function previewOf(value: Readonly<Record<string, unknown>>): Preview {
  return {
    stack: stringAt(value["stack"]) ?? "?",
    against: comparisons.find((each) => each === value["against"]) ?? "nothing",
    complete: value["complete"] === true,
    steps: listAt(value["steps"]).flatMap(stepOf),
    violations: listAt(value["violations"]).flatMap(violationOf),
    policies: stringsAt(value["policies"]),
    errors: stringsAt(value["errors"]),
  };
}

function stepOf(value: unknown): Step[] {
  if (!isObject(value)) return [];
  const operation = operations.find((each) => each === value["operation"]);
  const urn = stringAt(value["urn"]);
  if (operation === undefined || urn === undefined) return [];
  const [old, wanted] = [sideOf(value["old"]), sideOf(value["new"])];
  return [defined<Step>({ urn, operation, old, new: wanted, inputs: stringsAt(value["inputs"]) })];
}

function sideOf(value: unknown): Side | undefined {
  if (!isObject(value)) return undefined;
  return defined<Side>({
    text: stringAt(value["text"]),
    commands: stringAt(value["commands"]),
  });
}

function violationOf(value: unknown): Violation[] {
  if (!isObject(value)) return [];
  return [
    defined<Violation>({
      urn: stringAt(value["urn"]),
      policy: stringAt(value["policy"]) ?? "?",
      level: stringAt(value["level"]) ?? "mandatory",
      message: stringAt(value["message"]) ?? "",
    }),
  ];
}
