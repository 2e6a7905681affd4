import { built, baseImage, fullImage, imagePath, recipePath } from "./images";
import { machineMirror } from "./mirror";
import { installTools } from "./packages";
import type { Release } from "./topology";

const recipe = (release: Release, progress: (line: string) => void) => ({
  name: `vm-${release}`,
  script: "vm-image.sh",
  before: [release],
  args: async () => {
    await installTools(progress);
    return [await baseImage(release, progress), await fullImage(release, progress), machineMirror() ?? ""];
  },
  inputs: [imagePath("base", release), imagePath("full", release)],
  seconds: 60,
});

/** What the hosts boot from as machines: kernel, initrd, and disks to copy; built if the cache has none. */
export async function vmImage(release: Release, progress: (line: string) => void): Promise<string> {
  await installTools(progress, ["e2fsprogs", "qemu-system-x86"]);
  return built(recipe(release, progress), progress);
}

/** The same directory, whether it is built or not. */
export const vmImagePath = (release: Release): string => recipePath(recipe(release, () => undefined));
