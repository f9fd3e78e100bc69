/** `quorate` on another host: words in, JSON out; secrets on standard input only, never in a command line. */
import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import type { SshSession } from '@quorate/platform/ssh';
import type { SetupAnswer } from './node-setup.ts';
import type { AbandonedJoin, SetupPayload, SetupQuestion } from './setup-payload.ts';

export interface RemoteHost {
  /** What the operator calls it. */
  readonly name: string;
  /** Path of `quorate` on that host. */
  readonly remoteProgram: string;
  /** Hears what the programs over there say of their steps; without it they are not asked to. */
  readonly hear?: (line: string) => void;
}

export interface RemoteVersion {
  readonly software: string;
  readonly protocol: number;
  readonly configurationFormat: number;
}

export interface RemotePorts {
  readonly nodePort: number;
  readonly masterPort: number;
}

export interface RemoteQuorate {
  version(): Promise<RemoteVersion>;
  /** Changes nothing. */
  check(node: string): Promise<RemotePorts>;
  request(question: SetupQuestion): Promise<SetupAnswer>;
  install(payload: SetupPayload): Promise<object>;
  abandon(join: AbandonedJoin): Promise<object>;
}

export function remoteQuorate(session: SshSession, { name, remoteProgram, hear }: RemoteHost): RemoteQuorate {
  async function run<R>(words: string, input = ''): Promise<R> {
    const command = `${quoted(remoteProgram)} ${words}${hear && words !== 'version --json' ? ' --verbose' : ''}`;
    const result = await session.run(command, { input, timeoutMs: timings.sshCommandMs });
    if (result.code === 0) {
      if (hear) for (const line of result.stderr.split('\n').filter((each) => each !== '')) hear(line);
      return answerFrom<R>(result.stdout, `quorate ${words} on ${name}`);
    }
    const said = result.stderr.trim() || result.stdout.trim() || `exit code ${result.code}`;
    throw new ClusterError('COMMAND_FAILED', `On ${name}, quorate ${words} failed: ${said}`, {
      hint:
        result.code === 127
          ? `Install quorate on ${name}, have it brought over with --install, or name its path with --remote-program`
          : 'Correct that and run node add again',
    });
  }
  return {
    version: () => run('version --json'),
    check: (node) => run('node-setup request --dry-run', JSON.stringify({ name: node })),
    request: (question) => run('node-setup request', JSON.stringify(question)),
    install: (payload) => run('node-setup install', JSON.stringify(payload)),
    abandon: (join) => run('node-setup abandon', JSON.stringify(join)),
  };
}

/** What a login shell prints on its own account would be in the way; the answer itself is never quoted. */
function answerFrom<R>(stdout: string, whose: string): R {
  try {
    return JSON.parse(stdout) as R;
  } catch {
    throw new ClusterError('COMMAND_FAILED', `${whose} answered with something else than JSON`, {
      hint: 'Its login shell must print nothing by itself',
    });
  }
}

/** For a POSIX shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
