/** `quorate export`: writes this node's data directory for Ganeti. */
import { exportCluster } from '@quorate/bootstrap/export';
import { describeVersion } from '@quorate/domain/version';
import { absolutePath } from '@quorate/platform/processes';
import { stateUnder, type GlobalOptions } from '../context.ts';
import { printNote, printResult } from '../output.ts';

interface ExportOptions extends GlobalOptions {
  readonly to: string;
}

export default async function exportTo(options: ExportOptions): Promise<number> {
  const directory = absolutePath(options.to);
  const { node, version, files, notes } = await exportCluster(stateUnder(options), directory);
  for (const note of notes) printNote(`Note: ${note}`);
  const { uuid, name } = node;
  printResult(options, { directory, node: { uuid, name }, version, files, notes }, [
    `${directory} is a data directory for Ganeti 3.0.2 on ${name}, of configuration ${describeVersion(version)}`,
    'Before its daemons start on it: stop Quorate on every node, copy it to /var/lib/ganeti,',
    'and run /usr/lib/ganeti/ensure-dirs, which gives the files to their owners',
  ]);
  return 0;
}
