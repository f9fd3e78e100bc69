/**
 * The readers of this project, each with good texts to begin with and with what must be true of whatever it accepts.
 *
 * `accept` reads the text with the real reader from a disk in memory; it rejects as the reader does. What was accepted
 * is written with the real writer and read again.
 */
import { readClusterRecord, writeClusterRecord } from '@quorate/cluster-state/record-store';
import { layoutUnder, ssconfPath } from '@quorate/cluster-state/layout';
import { readRoster, writeRoster } from '@quorate/cluster-state/roster-store';
import { readHypervisorParameters, readMasterName } from '@quorate/cluster-state/ssconf-reader';
import type { Locking } from '@quorate/cluster-state/ssconf-lock';
import type { State } from '@quorate/cluster-state/state';
import { publishRecord, viewsOf } from '@quorate/cluster-state/views';
import { readVoterRecord, voterText, writeVoterRecord } from '@quorate/cluster-state/voter-store';
import { canonicalJson } from '@quorate/domain/canonical-json';
import type { ClusterRecord, Configuration } from '@quorate/domain/configuration';
import { ClusterError, type Reason } from '@quorate/domain/errors';
import { recordText, seal, writeRecord } from '@quorate/domain/record';
import type { Roster } from '@quorate/domain/roster';
import { ssconfKeys, type SsconfKey } from '@quorate/domain/ssconf';
import { draftFrom, draftOfSize } from '@quorate/domain/testing/drafts';
import { emptyVoterRecord } from '@quorate/domain/voter-record';
import { systemClock } from '@quorate/platform/clock';
import { sha256Hex } from '@quorate/platform/digest';
import { memoryFiles } from '@quorate/platform/testing/files';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Reader {
  readonly name: string;
  readonly samples: readonly [string, ...string[]];
  /** Why it may refuse a text. */
  readonly reasons: readonly Reason[];
  accept(text: string): Promise<void>;
  /** Makes a changed JSON value consistent with its own digest, so that more than the digest is tried. */
  readonly sealAgain?: (value: unknown) => unknown;
}

const samplesFolder = join(import.meta.dirname, '..', 'samples');
const layout = layoutUnder('/');

const onDisk = (path: string, text: string): State => ({ files: memoryFiles({ [path]: text }), layout });

/** In meaning: for JSON 0 and -0 are one number. */
function requireSame(what: string, before: unknown, after: unknown): void {
  if (canonicalJson(before) !== canonicalJson(after))
    throw new Error(`${what} is another after it was written and read again`);
}

/** The value alone: how its numbers were written is kept for the record, which carries what is not ours. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const configurations = ['after-init', 'after-node-add', 'before-failover', 'after-failover'].map(
  (name) => JSON.parse(readFileSync(join(samplesFolder, `config.data.${name}`), 'utf8')) as Configuration,
);
const records: readonly ClusterRecord[] = [
  seal(draftOfSize(3), sha256Hex),
  ...configurations.map((configuration) => seal(draftFrom(configuration), sha256Hex)),
];

const filled = <T>([first, ...others]: readonly T[]): readonly [T, ...T[]] => {
  if (first === undefined) throw new Error('There are no samples');
  return [first, ...others];
};

const recordReader: Reader = {
  name: 'the cluster record',
  samples: filled(records.map(writeRecord)),
  reasons: ['STATE_CORRUPT', 'STATE_TOO_NEW'],
  async accept(text) {
    const record = await readClusterRecord(onDisk(layout.clusterRecord.path, text));
    if (!record) throw new Error('A record that is there was not found');
    const state = onDisk(layout.clusterRecord.path, '');
    await writeClusterRecord(state, record);
    requireSame('The record', record, await readClusterRecord(state));
    const roster = rosterIfAny(record);
    if (roster) await publishAnywhere(record, roster);
  },
  sealAgain(value) {
    const { configuration, ours } = value as ClusterRecord;
    const digest = sha256Hex(recordText({ configuration, ours }));
    return { version: { epoch: ours?.epoch, serial: configuration?.serial_no, digest }, configuration, ours };
  },
};

/** None where a value fits no line of an ssconf file: the change that brings it is refused. */
function rosterIfAny(record: ClusterRecord): Roster | undefined {
  try {
    return viewsOf(record).roster;
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'WRONG_INPUT') return undefined;
    throw error;
  }
}

const unlocked: Locking = {
  acquire: () => Promise.resolve({ release: () => Promise.resolve() }),
  clock: systemClock,
};

async function publishAnywhere(record: ClusterRecord, roster: Roster): Promise<void> {
  const state = onDisk(layout.roster.path, '');
  await publishRecord(state, record, unlocked);
  requireSame('The roster', plain(roster), plain(await readRoster(state)));
  for (const key of ssconfKeys.filter(isOfHypervisor))
    await readHypervisorParameters(state, hypervisorOf(key));
  const { nodes, cluster } = record.configuration;
  const name = nodes[cluster.master_node]?.name;
  if (name !== undefined) requireSame('The master', name, await readMasterName(state));
}

const isOfHypervisor = (key: SsconfKey): boolean => key.startsWith('hvparams_');
const hypervisorOf = (key: SsconfKey): string => key.replace('hvparams_', '');

const rosterReader: Reader = {
  name: 'the roster',
  samples: filled(records.map((record) => JSON.stringify(viewsOf(record).roster))),
  reasons: ['STATE_CORRUPT'],
  async accept(text) {
    const roster = await readRoster(onDisk(layout.roster.path, text));
    if (new Set(roster.nodes.map(({ uuid }) => uuid)).size < roster.nodes.length)
      throw new Error('A node is counted twice');
    const state = onDisk(layout.roster.path, '');
    await writeRoster(state, roster);
    requireSame('The roster', plain(roster), plain(await readRoster(state)));
  },
};

const voterReader: Reader = {
  name: 'the voter record',
  samples: filled(
    [
      emptyVoterRecord,
      ...records.map(({ version, configuration: { cluster } }) => ({
        epoch: 7,
        grantedTo: cluster.master_node,
        master: { node: cluster.master_node, epoch: version.epoch },
        version,
        longestLeaseMs: 3_000,
      })),
    ].map(voterText),
  ),
  reasons: ['STATE_CORRUPT'],
  async accept(text) {
    const record = await readVoterRecord(onDisk(layout.voterRecord.path, text));
    const state = onDisk(layout.voterRecord.path, '');
    await writeVoterRecord(state, record);
    requireSame('The voter record', plain(record), plain(await readVoterRecord(state)));
  },
  sealAgain(value) {
    const { record } = value as { record: unknown };
    return { record, sha256: sha256Hex(JSON.stringify(record)) };
  },
};

const folders = ['ssconf.node1', 'ssconf.node2', 'ssconf.after-failover'];
const ssconfTexts = (wanted: (key: string) => boolean): readonly string[] =>
  folders.flatMap((folder) =>
    readdirSync(join(samplesFolder, folder))
      .filter((name) => wanted(name.replace('ssconf_', '')))
      .map((name) => readFileSync(join(samplesFolder, folder, name), 'utf8')),
  );

const masterReader: Reader = {
  name: 'ssconf_master_node',
  samples: filled(ssconfTexts((key) => key === 'master_node')),
  reasons: ['STATE_CORRUPT', 'NO_MASTER'],
  async accept(text) {
    const name = await readMasterName(onDisk(ssconfPath(layout, 'master_node').path, text));
    if (name === '' || /[\s\p{C}]/u.test(name))
      throw new Error(`No host has the name ${JSON.stringify(name)}`);
  },
};

const parametersReader: Reader = {
  name: 'ssconf_hvparams_kvm',
  samples: filled(ssconfTexts((key) => key.startsWith('hvparams_'))),
  reasons: ['STATE_CORRUPT'],
  async accept(text) {
    const { path } = ssconfPath(layout, 'hvparams_kvm');
    const read = await readHypervisorParameters(onDisk(path, text), 'kvm');
    const again = [...read].map(([key, value]) => `${key}=${value}\n`).join('');
    const reread = await readHypervisorParameters(onDisk(path, again), 'kvm');
    requireSame('The map', [...read], [...reread]);
  },
};

export const readers: readonly Reader[] = [
  recordReader,
  rosterReader,
  voterReader,
  masterReader,
  parametersReader,
];

/** For a message: what was tried, short enough to be read. */
export const shortened = (text: string): string =>
  text.length <= 400
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, 400))}… (${text.length} characters)`;
