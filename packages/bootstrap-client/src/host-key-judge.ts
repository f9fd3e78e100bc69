/**
 * Whether a new host shows the SSH key it must show: the fingerprint that was given, else what is on record for
 * its name or its address. An unknown key is refused; there is no way to accept any.
 */
import { ClusterError } from '@quorate/domain/errors';
import { diskFiles } from '@quorate/platform/files';
import {
  findHostKeys,
  judgeFingerprint,
  judgeHostKey,
  type HostKeyVerdict,
} from '@quorate/platform/known-hosts';

export interface HostKeySources {
  readonly knownHosts?: string;
  readonly fingerprint?: string;
}

interface HostKeyJudge {
  readonly judge: (key: Buffer) => HostKeyVerdict;
  /** Types on record, so that the host is asked for one of those. */
  readonly preferredKeyTypes: readonly string[];
}

export async function hostKeyJudge(
  { knownHosts, fingerprint }: HostKeySources,
  name: string,
  address: string,
  port: number,
): Promise<HostKeyJudge> {
  if (fingerprint !== undefined)
    return { judge: (key) => judgeFingerprint(key, fingerprint), preferredKeyTypes: [] };
  const usual = [`${process.env['HOME'] ?? '/root'}/.ssh/known_hosts`, '/etc/ssh/ssh_known_hosts'];
  const texts = await Promise.all(
    (knownHosts ? [knownHosts] : usual).map((path) => diskFiles.readText(path)),
  );
  if (knownHosts && texts[0] === undefined)
    throw new ClusterError('WRONG_INPUT', `There is no file ${knownHosts}`);
  const onRecord = texts.flatMap((text = '') => [
    ...findHostKeys(text, name, port),
    ...findHostKeys(text, address, port),
  ]);
  return { judge: (key) => judgeHostKey(key, onRecord), preferredKeyTypes: onRecord.map((key) => key.type) };
}
