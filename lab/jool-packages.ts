import { baseImage, built, imagePath } from "./images";
import { acceleratorOf, inMachine } from "./machines";
import { machineMirror } from "./mirror";
import { run } from "./run";
import type { AnyHostName, Release } from "./topology";

/** An apt repository with all that builds Jool's module for a kernel, and the module; made if the cache has none. */
function joolPackages(release: Release, kernel: string, progress: (line: string) => void): Promise<string> {
  return built(
    {
      name: `jool-packages-${release}`,
      script: "jool-packages.sh",
      before: [release],
      args: async () => [await baseImage(release, progress), kernel, machineMirror() ?? ""],
      inputs: [imagePath("base", release), kernel],
      seconds: 80,
    },
    progress,
  );
}

/** Lays the repository, where apt does not know of it before its next update. */
const lay = `mkdir -p /srv/jool
tar -C /srv/jool -xf -
echo 'deb [trusted=yes] file:/srv/jool ./' >/etc/apt/sources.list.d/jool.list`;

/**
 * An emulated processor compiles the module in twenty minutes. Where such an archive lies, the package's own script takes
 * the module from it instead of compiling it (DKMS's common.postinst), and does all else as ever.
 */
const layModule = "mkdir -p /usr/share/jool-dkms && mv /srv/jool/*.dkms.tar.gz /usr/share/jool-dkms/";

/** Makes a machine's offline repository one that has Jool, as Debian's has. */
export async function offerJool(
  name: AnyHostName,
  release: Release,
  progress: (line: string) => void,
): Promise<void> {
  const kernel = (await run(inMachine(name, ["uname", "-r"]))).stdout.trim();
  const packages = await joolPackages(release, kernel, progress);
  const script = ["set -e", lay, ...(acceleratorOf(name) === "kvm" ? [] : [layModule])].join("\n");
  await run(
    [
      ...["sh", "-c", 'directory=$1; shift; tar -C "$directory" -cf - . | "$@"', "sh", packages],
      ...inMachine(name, ["sh", "-c", script]),
    ],
    { timeoutSec: 240 },
  );
}
