/** Ed25519 key pairs in OpenSSH's form. */
import ssh2 from 'ssh2';

export interface SshKeyOptions {
  readonly comment?: string;
  readonly passphrase?: string;
}

/** The library writes one private key in two hundred so that nobody can read it, itself included; that one is not taken. */
export function sshKeyPair({ comment, passphrase }: SshKeyOptions = {}): { private: string; public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', {
      ...(comment !== undefined && { comment }),
      ...(passphrase !== undefined && { passphrase, cipher: 'aes256-ctr', rounds: 8 }),
    });
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return pair;
  }
}
