import { parseColo } from "./colo";
import { parseHome } from "./home";
import { flattenSettings, type RawSettings } from "./raw";
import { andThen, type Result } from "./result";
import type { Settings } from "./settings";
import { SettingSource } from "./source";
import { oneOf } from "./values";

/**
 * Parses a stack's settings into a type that cannot be wrong, or answers one sentence for each mistake, all at once.
 * Never throws.
 */
export function parseSettings(raw: RawSettings): Result<Settings> {
  const flat = flattenSettings(raw);
  const source = new SettingSource(flat);
  return andThen(
    source.read("role", oneOf(["colo", "home"], "pulumi config set role colo, or home")),
    (role) => {
      const strangers = source.strangers(role);
      const settings: Result<Settings> = role === "colo" ? parseColo(source) : parseHome(source);
      const others = [...flat.problems, ...(strangers.ok ? [] : strangers.problems)];
      if (others.length === 0) return settings;
      return { ok: false, problems: [...others, ...(settings.ok ? [] : settings.problems)] };
    },
  );
}
