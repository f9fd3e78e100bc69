/** Whether root's SSH key pair can be the cluster's: whole, or not there at all, so that one can be made. */

export interface RootSshKeyFacts {
  /** Of the private half; the public one has `.pub` behind it. */
  readonly path: string;
  readonly hasPrivateKey: boolean;
  /** `unusable` if it is not a line of type and key. */
  readonly publicKey: 'absent' | 'unusable' | 'usable';
}

export function rootSshKeyComplaint(facts: RootSshKeyFacts): string | undefined {
  const { path, hasPrivateKey, publicKey } = facts;
  if (publicKey === 'unusable') return `${path}.pub is not an SSH public key`;
  if (hasPrivateKey === (publicKey === 'usable')) return undefined;
  return hasPrivateKey ? `There is ${path} without ${path}.pub` : `There is ${path}.pub without ${path}`;
}
