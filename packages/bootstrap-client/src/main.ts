/** quorate: the command an administrator types. Everything a command needs is loaded when it runs. */
import { run } from './program.ts';

void run(process.argv).then((code) => process.exit(code));
