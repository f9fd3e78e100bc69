/**
 * The ways into a host, in the order they are tried: key files that open by themselves, the agent, key files with a
 * pass phrase that is asked for, and last a password. Nobody is asked before what needs no asking was refused, and
 * nothing of this begins before the host's key was accepted (ssh.ts).
 */
import { readFile } from 'node:fs/promises';
import { utils, type AnyAuthMethod, type AuthHandlerMiddleware, type ParsedKey } from 'ssh2';
import { messageOf } from './machine-error.ts';

export interface SshIdentities {
  /** Missing ones are passed over if another way is usable; encrypted ones without `askPassPhrase` too. */
  readonly keyFiles: readonly string[];
  readonly agentSocket?: string;
  /** Asks for the pass phrase of a key file, again if the one before was wrong; undefined: give up on this file. */
  readonly askPassPhrase?: (keyFile: string, again: boolean) => Promise<string | undefined>;
  /** Gives the password, or undefined; called once at most. */
  readonly password?: () => Promise<string | undefined>;
}

/** How often a pass phrase is asked for, as OpenSSH does. */
const passPhraseTries = 3;

interface KeyFile {
  readonly path: string;
  readonly text: Buffer;
}

export interface WaysIn {
  /** For the SSH library: the next way, or that there is none. */
  readonly handler: AuthHandlerMiddleware;
  /** What was tried, for people. */
  tried(): readonly string[];
}

export interface NoWayIn {
  readonly why: string;
}

type Way = (methodsLeft: readonly string[] | null) => Promise<AnyAuthMethod | undefined>;

/** `held` runs what asks a person: no limit runs meanwhile. */
export async function waysIn(
  user: string,
  identities: SshIdentities,
  held: <R>(ask: () => Promise<R>) => Promise<R>,
): Promise<WaysIn | NoWayIn> {
  const { open, locked, unusable } = await sortKeyFiles(identities.keyFiles);
  const { agentSocket, askPassPhrase, password } = identities;
  const tried: string[] = [];
  const noting = (what: string, method: AnyAuthMethod): AnyAuthMethod => {
    tried.push(what);
    return method;
  };
  const ways: Way[] = open.map(
    ({ path, key }) =>
      async () =>
        noting(path, { type: 'publickey', username: user, key }),
  );
  if (agentSocket)
    ways.push(async () =>
      noting('the keys of the agent', { type: 'agent', username: user, agent: agentSocket }),
    );
  if (askPassPhrase)
    for (const file of locked)
      ways.push(async () => {
        const key = await held(() => unlock(file, askPassPhrase));
        return key && noting(file.path, { type: 'publickey', username: user, key });
      });
  if (password) ways.push(...passwordWays(user, () => held(password), noting));
  const locked_ = askPassPhrase ? [] : locked.map(({ path }) => `${path}: it needs a pass phrase`);
  if (ways.length > 0) return { handler: handlerOf(ways), tried: () => tried };
  return { why: [...unusable, ...locked_].join('; ') || 'neither a key file nor an agent is given' };
}

function handlerOf(ways: readonly Way[]): AuthHandlerMiddleware {
  const left = [...ways];
  const next = async (
    methodsLeft: readonly string[] | null,
    done: (method: AnyAuthMethod) => void,
  ): Promise<void> => {
    for (let way = left.shift(); way; way = left.shift()) {
      const method = await way(methodsLeft).catch(() => undefined);
      if (method) return done(method);
    }
    // The library takes `false` for "no more"; its types do not know that.
    done(false as unknown as AnyAuthMethod);
  };
  // It takes whatever is returned for a way in, a promise too.
  return (methodsLeft, _partial, done) => void next(methodsLeft, done);
}

/** Many hosts take passwords in the form of questions only; the questions that are not echoed get the password. */
function passwordWays(
  username: string,
  ask: () => Promise<string | undefined>,
  noting: (what: string, method: AnyAuthMethod) => AnyAuthMethod,
): Way[] {
  let asked: Promise<string | undefined> | undefined;
  const once = () => (asked ??= ask());
  const offered = (methods: readonly string[] | null, name: string) =>
    methods === null || methods.includes(name);
  return [
    async (methods) => {
      const password = offered(methods, 'password') ? await once() : undefined;
      return password === undefined
        ? undefined
        : noting('the password', { type: 'password', username, password });
    },
    async (methods) => {
      const password = offered(methods, 'keyboard-interactive') ? await once() : undefined;
      if (password === undefined) return undefined;
      return noting('the password', {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _words, _language, prompts, finish) =>
          finish(prompts.map(({ echo }) => (echo ? '' : password))),
      });
    },
  ];
}

async function sortKeyFiles(paths: readonly string[]): Promise<{
  open: readonly { readonly path: string; readonly key: ParsedKey }[];
  locked: readonly KeyFile[];
  unusable: readonly string[];
}> {
  const open: { path: string; key: ParsedKey }[] = [];
  const locked: KeyFile[] = [];
  const unusable: string[] = [];
  for (const path of paths) {
    try {
      const text = await readFile(path);
      const key = utils.parseKey(text);
      if (!(key instanceof Error)) open.push({ path, key });
      else if (/passphrase/i.test(key.message)) locked.push({ path, text });
      else unusable.push(`${path}: ${key.message}`);
    } catch (caught) {
      unusable.push(messageOf(caught));
    }
  }
  return { open, locked, unusable };
}

async function unlock(
  { path, text }: KeyFile,
  ask: NonNullable<SshIdentities['askPassPhrase']>,
): Promise<ParsedKey | undefined> {
  for (let count = 0; count < passPhraseTries; count += 1) {
    const phrase = await ask(path, count > 0);
    if (phrase === undefined || phrase === '') return undefined;
    const key = utils.parseKey(text, phrase);
    if (!(key instanceof Error)) return key;
  }
  return undefined;
}
