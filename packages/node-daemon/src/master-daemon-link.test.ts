/** How the node daemon reads the answers, and the silence, of the master daemon beside it. */
import { layoutUnder } from '@quorate/cluster-state/layout';
import { ClusterError } from '@quorate/domain/errors';
import type { Channels, Peer } from '@quorate/rpc/channels';
import { expect, it } from 'vitest';
import { masterDaemonLink } from './master-daemon-link.ts';

const layout = layoutUnder('/');

function linkTo(answer: () => Promise<unknown>) {
  const asked: { peer: Peer; path: string; request: unknown }[] = [];
  const call = (peer: Peer, { path }: { path: string }, request: unknown): Promise<unknown> => {
    asked.push({ peer, path, request });
    return answer();
  };
  return { asked, link: masterDaemonLink({ call } as unknown as Channels, layout) };
}

it.each([
  ['in office', { inOffice: true, epoch: 4 }, { state: 'MASTER_DAEMON_STATE_IN_OFFICE', epoch: 4 }],
  ['in standby', { inOffice: false, epoch: 0 }, { state: 'MASTER_DAEMON_STATE_STANDBY', epoch: 0 }],
])('%s', async (_what, answer, view) => {
  const { asked, link } = linkTo(() => Promise.resolve(answer));
  expect(await link.look()).toEqual(view);
  expect(asked).toMatchObject([{ peer: { kind: 'socket', path: layout.masterdSocket.path } }]);
});

it.each([
  ['that is stopped does not answer in time', 'TIMED_OUT', '', 'MASTER_DAEMON_STATE_SILENT'],
  ['that is stopped takes a connection and no more', 'UNREACHABLE', 'silent', 'MASTER_DAEMON_STATE_SILENT'],
  ['that does not run refuses', 'UNREACHABLE', 'refused', 'MASTER_DAEMON_STATE_NOT_RUNNING'],
] as const)('one %s', async (_what, reason, cause, state) => {
  const { link } = linkTo(() => Promise.reject(new ClusterError(reason, reason, { facts: { cause } })));
  expect(await link.look()).toEqual({ state, epoch: 0 });
});

it('tells it which epoch ends its office, and whether it heard', async () => {
  const { asked, link } = linkTo(() => Promise.resolve({}));
  await link.standDown(7);
  expect(asked).toMatchObject([
    { path: '/quorate.master.v1.MastershipService/StandDown', request: { epoch: 7 } },
  ]);
  const deaf = linkTo(() => Promise.reject(new ClusterError('TIMED_OUT', 'no answer'))).link;
  await expect(deaf.standDown(7)).rejects.toMatchObject({ reason: 'TIMED_OUT' });
});
