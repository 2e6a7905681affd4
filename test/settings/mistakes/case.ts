import type { Given } from "../../support/settings";

/** One mistake that a person can make in a good file, and the whole sentence that it must be answered with. */
export interface Case {
  readonly title: string;
  readonly role: "colo" | "home";
  readonly changes: Readonly<Record<string, Given | undefined>>;
  readonly secretKeys?: string[];
  readonly sentence: string;
}
