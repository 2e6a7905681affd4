import type { Bundle } from "../../../render/bundle";
import type { ObserveMode } from "../../../settings/settings";

/** What a run is to put where; `plan.json` beside the program. */
export interface LockoutPlan {
  readonly address: string;
  readonly hostKey: string;
  readonly privateKey: string;
  readonly guardWindowSec: number;
  /** Each after the one before. */
  readonly bundles: readonly (Bundle & { readonly guarded: boolean })[];
  readonly observe: ObserveMode;
}
