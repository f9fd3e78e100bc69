/**
 * The log of a daemon: one JSON object per line on standard error, which the journal keeps; on a terminal the same
 * lines made readable. Written before the call returns, so that nothing is lost when the process ends right after.
 */
import pino, { type DestinationStream, type Logger } from 'pino';
import { loggableFields, loggableText } from './loggable.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** The same log, with these fields in every line. */
  child(fields: object): Log;
}

export interface LogWishes {
  /** Of the program. */
  readonly name: string;
  readonly level: LogLevel;
  /** Takes whole lines; standard error if absent. */
  readonly destination?: { write(line: string): unknown };
}

export async function createLog({ name, level, destination }: LogWishes): Promise<Log> {
  const options = {
    level,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const stream: DestinationStream = destination
    ? { write: (line) => void destination.write(line) }
    : await standardError();
  return guarded(pino(options, stream));
}

async function standardError(): Promise<DestinationStream> {
  if (!process.stderr.isTTY) return pino.destination({ dest: 2, sync: true });
  // Only people need it, and it takes longer to load than a daemon to start.
  const { default: pretty } = await import('pino-pretty');
  return pretty({ destination: 2, sync: true, ignore: 'pid,name', translateTime: 'SYS:HH:MM:ss.l' });
}

/** Nothing reaches pino but through loggable.ts. */
function guarded(logger: Logger): Log {
  return {
    debug: (fields, message) => logger.debug(loggableFields(fields), loggableText(message)),
    info: (fields, message) => logger.info(loggableFields(fields), loggableText(message)),
    warn: (fields, message) => logger.warn(loggableFields(fields), loggableText(message)),
    error: (fields, message) => logger.error(loggableFields(fields), loggableText(message)),
    child: (fields) => guarded(logger.child(loggableFields(fields))),
  };
}
