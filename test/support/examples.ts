/** The key of the examples: 32 bytes that are no point of the curve anybody uses. */
export const exampleBlob = "AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE";

/** The form of a private key, and nothing but the form. */
export const privateKey =
  "-----BEGIN OPENSSH PRIVATE KEY-----\nRkFLRS1LRVk=\n-----END OPENSSH PRIVATE KEY-----\n";

export const lan = { name: "lan", subnet: 1, interface: "enp1s0" };
export const devices = { name: "devices", subnet: 2, interface: "enp3s0" };
export const ssh = { name: "ssh", segment: "lan", host: "::42", protocol: "tcp", port: 22 };
