/** What machines of one kind load when they boot over the network. */
export interface BootClass {
  /** Lower-case label. */
  readonly name: string;
  /** EFI program, as a path below the folder of boot files; iPXE if left out. */
  readonly firmware?: string;
  /** The same for 64-bit ARM. Without one, such a machine gets {@link firmware}. */
  readonly firmwareArm64?: string;
  /** What iPXE goes on with, as a path below that folder. */
  readonly script?: string;
  /** Whether firmware that asks for TFTP is answered, too. */
  readonly tftp: boolean;
}

/** How machines of a site boot over the network; nothing is served if there are no classes. */
export interface BootPlan {
  readonly classes: readonly BootClass[];
  /** The class of machines that have none of their own. */
  readonly fallback?: string;
  /** Where the operator puts the files. */
  readonly folder: string;
}

/** TCP port of the gateway's server of boot files. */
export const bootPort = 8547;
