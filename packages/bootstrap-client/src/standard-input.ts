/** Reads what another program sends on standard input, up to a limit. */
import { payloadMaxBytes } from '@quorate/bootstrap/node-setup';
import { ClusterError } from '@quorate/domain/errors';

export async function readStandardInput(): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of process.stdin as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > payloadMaxBytes) {
      throw new ClusterError('WRONG_INPUT', `More than ${payloadMaxBytes} bytes came on standard input`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The first line, which may be followed by nothing. Fails with WRONG_INPUT if there is none. */
export async function readPassword(): Promise<string> {
  const [line = '', ...rest] = (await readStandardInput()).split('\n');
  const password = line.replace(/\r$/, '');
  if (password !== '' && rest.join('').trim() === '') return password;
  throw new ClusterError('WRONG_INPUT', 'Standard input must hold one line, the password');
}
