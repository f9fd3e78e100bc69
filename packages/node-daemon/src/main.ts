/** quorate-noded: answers for one node. Joins the real parts; everything else is elsewhere. */
import { layoutUnder } from '@quorate/cluster-state/layout';
import { ownProgramsRemoval } from '@quorate/cluster-state/brought-programs';
import { daemonPrograms } from '@quorate/cluster-state/daemon-programs';
import { readSettings } from '@quorate/cluster-state/settings';
import { clusterErrorFrom, exitCodeOf } from '@quorate/domain/errors';
import { softwareVersion } from '@quorate/domain/software';
import { timings } from '@quorate/domain/timings';
import { systemClock } from '@quorate/platform/clock';
import { createDaemonControl } from '@quorate/platform/daemon-control';
import { runDaemon } from '@quorate/platform/daemon-process';
import { diskFiles } from '@quorate/platform/files';
import { createInterfaceAddress } from '@quorate/platform/interface-address';
import { createLog } from '@quorate/platform/log';
import { runCommand } from '@quorate/platform/processes';
import { startNodeDaemon } from './node-daemon.ts';

const program = {
  program: 'quorate-noded',
  purpose: 'Answers for this node: votes, receives the configuration, holds the master IP while it is master',
  version: softwareVersion,
  exitCodeOf: (caught: unknown) => exitCodeOf(clusterErrorFrom(caught).reason),
};

process.exitCode = 1;
void runDaemon(
  {
    ...program,
    async start(flags, end) {
      const state = { files: diskFiles, layout: layoutUnder(flags.root) };
      const removePrograms = ownProgramsRemoval(state, { fromDaemon: true });
      const settings = await readSettings(state);
      const log = await createLog({ name: program.program, level: flags.logLevel ?? settings.logLevel });
      return startNodeDaemon({
        state,
        settings: {
          ...settings,
          ...(flags.bind && { bind: flags.bind }),
          ...(flags.port && { nodePort: flags.port }),
        },
        clock: systemClock,
        log,
        interfaceAddress: createInterfaceAddress({
          run: runCommand,
          clock: systemClock,
          onAnnouncementFailed: (error) =>
            log.warn({ error: String(error) }, 'the master IP could not be announced'),
        }),
        stopMasterDaemon: () =>
          createDaemonControl(daemonPrograms(state.layout)).stop('masterd', timings.shutdownGraceMs),
        // What was brought for the membership goes with it, this program perhaps among it.
        onLeft: (afterwards) =>
          end(async () => {
            await afterwards();
            await removePrograms();
          }),
      });
    },
  },
  process.argv.slice(2),
).then((code) => process.exit(code));
