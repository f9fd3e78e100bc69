/** quorate-masterd: holds the master's office, or waits for it. Joins the real parts; everything else is elsewhere. */
import { layoutUnder } from '@quorate/cluster-state/layout';
import { readSettings } from '@quorate/cluster-state/settings';
import { clusterErrorFrom, exitCodeOf } from '@quorate/domain/errors';
import { softwareVersion } from '@quorate/domain/software';
import { systemClock } from '@quorate/platform/clock';
import { runDaemon } from '@quorate/platform/daemon-process';
import { diskFiles } from '@quorate/platform/files';
import { createLog } from '@quorate/platform/log';
import { startMasterDaemon } from './master-daemon.ts';

const program = {
  program: 'quorate-masterd',
  purpose:
    'Waits in standby on every master candidate; in office it owns the configuration and serves the client',
  version: softwareVersion,
  exitCodeOf: (caught: unknown) => exitCodeOf(clusterErrorFrom(caught).reason),
};

process.exitCode = 1;
void runDaemon(
  {
    ...program,
    async start(flags) {
      const state = { files: diskFiles, layout: layoutUnder(flags.root) };
      const settings = await readSettings(state);
      return startMasterDaemon({
        state,
        settings: {
          ...settings,
          ...(flags.bind && { bind: flags.bind }),
          ...(flags.port && { masterPort: flags.port }),
        },
        clock: systemClock,
        log: await createLog({ name: program.program, level: flags.logLevel ?? settings.logLevel }),
      });
    },
  },
  process.argv.slice(2),
).then((code) => process.exit(code));
