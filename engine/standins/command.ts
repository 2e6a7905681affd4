import { randomBytes } from "node:crypto";
import { diffMaps, hasUnknown } from "./diff";
import { plain, same, Unknown, type Property, type PropertyMap } from "./property";
import type { OperationContext, ResourceType } from "./resource";

/** The streams of a command, as they are kept in the state. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** What differs between `local.Command` and `remote.Command`. */
export interface CommandKind {
  /** Checks the inputs, fills in defaults and marks secrets. */
  check: ResourceType["check"];
  /** Runs one of the resource's scripts with the resource's plain properties; `stdout` and `stderr` are the last ones. */
  run(script: string, properties: PropertyMap, context: OperationContext): Promise<CommandOutput>;
}

/**
 * The life of a command resource as the real provider has it (pulumi-command 1.2.1 on pulumi-go-provider's `infer`):
 * nothing runs in a preview, a failed create leaves nothing behind, `update` falls back to `create`, and `delete` runs
 * the script, the connection and the stdin of the stored state.
 */
export function commandType(kind: CommandKind): ResourceType {
  return {
    check: kind.check,

    diff({ oldInputs, news }) {
      const changes = diffMaps(oldInputs, withoutInternal(news));
      // Only `triggers` as a whole asks for a replacement here; a changed element does so through the SDK, which adds
      // replaceOnChanges to every command.
      return { changes, replaces: [...changes.keys()].filter((path) => path === "triggers") };
    },

    async create(inputs, context, preview) {
      const id = context.name + randomBytes(4).toString("hex");
      if (preview) return { id, outputs: { ...inputs, stdout: Unknown.instance, stderr: Unknown.instance } };
      const output = await runScript(inputs["create"], { ...inputs, stdout: "", stderr: "" }, context);
      return { id, outputs: { ...inputs, ...output } };
    },

    async update({ olds, news, preview }, context) {
      const last = { stdout: olds["stdout"] ?? "", stderr: olds["stderr"] ?? "" };
      if (preview) {
        const unknown = { stdout: Unknown.instance, stderr: Unknown.instance };
        return { ...news, ...(outputsMayChange(olds, news) ? unknown : last) };
      }
      const output = await runScript(news["update"] ?? news["create"], { ...news, ...last }, context);
      return { ...news, ...output };
    },

    async delete(olds, context) {
      await runScript(olds["delete"], olds, context);
    },
  };

  async function runScript(script: Property | undefined, properties: PropertyMap, context: OperationContext) {
    const { stdout, stderr } = properties;
    const command = plain(script ?? null);
    if (typeof command !== "string") return { stdout: stdout ?? "", stderr: stderr ?? "" };
    return { ...(await kind.run(command, plain(properties) as PropertyMap, context)) };
  }
}

/** The rule of `infer` for previews: an input that is new in this version of the program counts as unchanged. */
function outputsMayChange(olds: PropertyMap, news: PropertyMap): boolean {
  const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
  ["stdout", "stderr"].forEach((output) => names.delete(output));
  return [...names].some(
    (name) => hasUnknown(news[name]) || (olds[name] !== undefined && !same(olds[name], news[name])),
  );
}

function withoutInternal(news: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(news).filter(([key]) => key !== "version" && !key.startsWith("__")),
  );
}
