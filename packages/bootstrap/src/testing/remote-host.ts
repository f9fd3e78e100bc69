/** A host that wants to join, behind a session that is no SSH: quorate's own half of the join runs there, in memory. */
import { defaultSettings } from '@quorate/cluster-state/settings';
import { configurationFormat } from '@quorate/domain/configuration';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import type { SshResult } from '@quorate/platform/ssh';
import type { HostSession } from '../node-add.ts';
import {
  abandonJoin,
  installMembership,
  makeRequests,
  parseAbandonedJoin,
  parseSetupPayload,
  parseSetupQuestion,
  requireFreeHost,
} from '../node-setup.ts';
import { fakeDaemons, setupParts, type FakeDaemons } from './fake-daemons.ts';
import { stateOf, type MemoryState } from './join.ts';

/** As an operator may have to write it, and as a POSIX shell reads it back. */
export const remoteProgram = "/opt/it's here/quorate";
const quotedProgram = `'/opt/it'\\''s here/quorate' `;

export interface Ran {
  readonly command: string;
  readonly input: string;
}

/** What stands behind the program: `node-setup install`. */
export const wordsOf = ({ command }: Pick<Ran, 'command'>): string =>
  command.startsWith(quotedProgram) ? command.slice(quotedProgram.length) : `badly quoted: ${command}`;

export type Answer = (input: string) => Promise<SshResult>;

export interface RemoteHost {
  readonly session: HostSession;
  readonly state: MemoryState;
  readonly daemons: FakeDaemons;
  /** What was run, in order. */
  readonly ran: readonly Ran[];
  isClosed(): boolean;
}

export const ended = (stdout: string): SshResult => ({ code: 0, stdout, stderr: '' });
export const remoteVersion = { software: softwareVersion, protocol: protocolVersion, configurationFormat };

/** `instead`: what it answers to some words, other than the programs would. */
export function remoteHost(instead: Readonly<Record<string, Answer>> = {}): RemoteHost {
  const state = stateOf();
  const daemons = fakeDaemons();
  const ran: Ran[] = [];
  let closed = false;
  const answers: Readonly<Record<string, Answer>> = { ...programs(state, daemons), ...instead };
  const session: HostSession = {
    run(command, { input: given = '' }) {
      const input = typeof given === 'string' ? given : Buffer.from(given).toString('utf8');
      ran.push({ command, input });
      const words = wordsOf({ command });
      return answers[words]?.(input) ?? Promise.resolve({ code: 1, stdout: '', stderr: `unknown: ${words}` });
    },
    forward: () => Promise.reject(new Error('this host leads nowhere')),
    close: () => void (closed = true),
    place: 'a host in memory',
    answers: () => Promise.resolve(true),
  };
  return { session, state, daemons, ran, isClosed: () => closed };
}

const programs = (state: MemoryState, daemons: FakeDaemons): Readonly<Record<string, Answer>> => ({
  'version --json': () => Promise.resolve(ended(JSON.stringify(remoteVersion))),
  async 'node-setup request'(input) {
    return ended(JSON.stringify(await makeRequests(state, defaultSettings, parseSetupQuestion(input))));
  },
  async 'node-setup install'(input) {
    await installMembership(state, parseSetupPayload(input), setupParts(daemons));
    return ended('{}\n');
  },
  async 'node-setup request --dry-run'() {
    await requireFreeHost(state);
    return ended(JSON.stringify({ nodePort: 1811, masterPort: 1816 }));
  },
  async 'node-setup abandon'(input) {
    await abandonJoin(state, parseAbandonedJoin(input), daemons);
    return ended('{}\n');
  },
});
