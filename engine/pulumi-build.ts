import { join } from "node:path";
import { pulumiVersion } from "./cache";
import { buildGoProgram } from "./go-build";

/** Builds the CLI into the folder from the Go module proxy. */
export const buildWithGo = (folder: string, onProgress: (line: string) => void): Promise<void> =>
  buildGoProgram(
    {
      title: `Pulumi ${pulumiVersion}`,
      moduleFolder: join(__dirname, "pulumi-module"),
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      // Without it the CLI calls itself a development build, and the SDK refuses it.
      ldflags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`,
      output: "pulumi",
      otherwise: `put a Pulumi CLI of at least ${pulumiVersion} on PATH`,
    },
    folder,
    onProgress,
  );
