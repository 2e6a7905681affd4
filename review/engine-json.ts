import { createHash } from "node:crypto";
import { defined, isObject, listAt, objectAt, stringAt, stringsAt, type JsonObject } from "./json";
import {
  operations,
  typeOf,
  type Operation,
  type Preview,
  type Side,
  type Step,
  type Violation,
} from "./preview";

/**
 * Reads what the Pulumi CLI (3.259) writes about a preview, in any of its forms:
 *
 * - `PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json`: an engine event a line, with policy results and
 *   planned outputs. `pulumi up --event-log FILE` (with PULUMI_DEBUG_COMMANDS=true) writes the same.
 * - `pulumi preview --json`: one object, without policy results and outputs.
 *
 * Lines that are no events, as a plugin may print them, are passed over. Without the engine's last word the preview
 * counts as not complete.
 */
export function readEngineJson(stack: string, text: string): Preview {
  const digest = parse(text);
  if (isObject(digest) && Array.isArray(digest["steps"])) return fromDigest(stack, digest);
  return fromEvents(stack, eventsOf(text));
}

/** The outputs that a stack is going to have, out of an event log. Undefined if the run did not get that far. */
export function plannedOutputs(text: string): JsonObject | undefined {
  return eventsOf(text)
    .map((event) => objectAt(objectAt(event["resOutputsEvent"])["metadata"]))
    .filter(({ type }) => type === "pulumi:pulumi:Stack")
    .map((metadata) => objectAt(objectAt(metadata["new"])["outputs"]))
    .findLast((outputs) => Object.keys(outputs).length > 0);
}

const eventsOf = (text: string): JsonObject[] => text.split("\n").map(parse).filter(isObject);

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function fromEvents(stack: string, events: readonly JsonObject[]): Preview {
  const payloads = (kind: string) => events.map((event) => event[kind]).filter(isObject);
  const summaries = [...payloads("policyAnalyzeSummaryEvent"), ...payloads("policyAnalyzeStackSummaryEvent")];
  return {
    stack,
    against: "state",
    complete: payloads("summaryEvent").some(({ result }) => result !== "failed"),
    steps: payloads("resourcePreEvent").flatMap((event) => {
      const { op, urn, diffs, old, new: wanted } = objectAt(event["metadata"]);
      return stepOf(op, urn, diffs, old, wanted);
    }),
    violations: payloads("policyEvent").map(violationOf),
    policies: [
      ...new Set(
        summaries.flatMap((each) =>
          [...stringsAt(each["passed"]), ...stringsAt(each["failed"])].map((name) =>
            policyName(each["policyPackName"], name),
          ),
        ),
      ),
    ].sort(),
    errors: payloads("diagnosticEvent").flatMap(errorOf),
  };
}

function fromDigest(stack: string, digest: JsonObject): Preview {
  return {
    stack,
    against: "state",
    complete: isObject(digest["changeSummary"]),
    steps: listAt(digest["steps"]).flatMap((each) => {
      const { op, urn, diffReasons, oldState, newState } = objectAt(each);
      return stepOf(op, urn, diffReasons, oldState, newState);
    }),
    violations: [],
    policies: [],
    errors: listAt(digest["diagnostics"]).map(objectAt).flatMap(errorOf),
  };
}

/** Steps of real resources. The engine also tells of those that stay and of both halves of a replacement. */
function stepOf(op: unknown, urn: unknown, diffs: unknown, old: unknown, wanted: unknown): Step[] {
  const operation = operations.find((each): each is Operation => each === op);
  const name = stringAt(urn) ?? "";
  const state = objectAt(wanted ?? old);
  if (operation === undefined || state["custom"] !== true || /(^|\$)pulumi:/.test(typeOf(name))) return [];
  return [
    defined<Step>({
      urn: name,
      operation,
      old: operation === "create" ? undefined : sideOf(old),
      new: operation === "delete" ? undefined : sideOf(wanted),
      inputs: stringsAt(diffs),
    }),
  ];
}

function sideOf(state: unknown): Side {
  const { stdin, create, update, delete: remove } = objectAt(objectAt(state)["inputs"]);
  const text = stringAt(stdin);
  return defined<Side>({
    // Secrets and values that are not known yet stand here as other texts, or as objects.
    text: text?.startsWith("ipv6-home bundle ") === true ? text : undefined,
    commands: createHash("sha256")
      .update(JSON.stringify([create, update, remove]))
      .digest("hex"),
  });
}

const policyName = (pack: unknown, policy: unknown) =>
  [pack, policy].map((each) => stringAt(each) ?? "?").join("/");

function violationOf(event: JsonObject): Violation {
  return defined<Violation>({
    urn: stringAt(event["resourceUrn"]),
    policy: policyName(event["policyPackName"], event["policyName"]),
    level: stringAt(event["enforcementLevel"]) ?? "mandatory",
    message: plain(stringAt(event["message"]) ?? ""),
  });
}

function errorOf({ severity, prefix, message }: JsonObject): string[] {
  if (severity !== "error") return [];
  // The digest has put the prefix into the message already.
  return [plain(`${stringAt(prefix) ?? ""}${stringAt(message) ?? ""}`).replace(/^error: /, "")];
}

/** Without the engine's colour marks (`<{%fg 1%}>`) and without white space at the ends. */
const plain = (text: string): string => text.replace(/<\{%.*?%\}>/g, "").trim();
