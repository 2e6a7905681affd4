import { convergeCall, isRemoteCommand } from "./command";
import { isUnknown, listOf, reveal, shown, textOf } from "./values";
import type { ResourceRule, ResourceView } from "./view";

/**
 * A changed trigger creates the successor first and runs the old delete command last. That command must not take away
 * what the successor has just made: it names its own generation, or it runs before.
 */
export const deleteSparesItsSuccessor: ResourceRule = {
  name: "delete-spares-its-successor",
  description: "A command that triggers replace is deleted before, or its delete names its own generation.",
  check: (resource: ResourceView) => {
    const { props, opts } = resource;
    const { triggers } = props;
    if (!isRemoteCommand(resource) || opts.deleteBeforeReplace === true) return [];
    if (!isUnknown(triggers) && listOf(triggers).length === 0) return [];
    const removal = props["delete"];
    if (isUnknown(removal) || (textOf(removal) ?? "") === "") return [];

    const removed = convergeCall("remove", removal);
    const applied = convergeCall("apply", props["create"]);
    const told =
      isUnknown(triggers) || listOf(triggers).some((each) => String(reveal(each)) === removed?.generation);
    const spares =
      removed?.generation !== undefined &&
      told &&
      applied?.component === removed.component &&
      applied.generation === removed.generation;
    if (spares) return [];
    return [
      `triggers: given ${shown(triggers)} beside a delete command that would undo the successor, because it runs after ` +
        'the successor\'s create; allowed is deleteBeforeReplace, or "converge apply COMPONENT GENERATION" with ' +
        '"converge remove COMPONENT GENERATION" and that generation as the trigger; give HostConfig a generation',
    ];
  },
};
