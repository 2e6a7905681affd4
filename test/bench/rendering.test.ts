import { bundlesOfBoth } from "../../bench/rendering";
import { renderBundle } from "../../render/bundle";
import { unpack } from "../support/bundle";
import { exampleSettings, variants } from "../support/settings";
import { bundlesOf, recordColo, recordHome } from "../support/stacks";

const settings = {
  examples: { colo: exampleSettings("colo"), home: exampleSettings("home") },
  variants: { colo: exampleSettings("colo", variants.colo), home: exampleSettings("home", variants.home) },
};

/** Files by path and content; keys by their path alone, for the bench has others. */
const told = (files: readonly { readonly path: string; readonly content: string }[]): string[] =>
  files
    .map(({ path, content }) => (/\/keys\/|\/authorized_keys/.test(path) ? path : `${path}\n${content}`))
    .sort();

test.each(Object.entries(settings))(
  "what the bench renders of the %s is what the stacks put on their hosts",
  async (_, { colo, home }) => {
    const rendered = bundlesOfBoth(colo, home).flatMap((bundle) => unpack(renderBundle(bundle)).files);
    const recordings = [await recordColo(colo), await recordHome(home, colo)];
    const sent = recordings.flatMap((recording) => bundlesOf(recording).flatMap(({ files }) => files));
    expect(rendered.length).toBeGreaterThan(40);
    expect(told(rendered)).toEqual(told(sent));
  },
);
