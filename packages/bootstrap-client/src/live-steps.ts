/** Shows steps as they happen, on standard error: one line that is rewritten on a terminal, plain lines elsewhere. */
import type { StepEvent } from '@quorate/bootstrap/steps';

type ShowStep = (event: StepEvent) => void;

const marks = { started: '…', done: '✓', warned: '!', failed: '✗' } as const;
const words = { started: 'started', done: 'done', warned: 'warning', failed: 'failed' } as const;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** `quiet` for commands that print JSON: their steps are in it. */
export function liveSteps(quiet: boolean, stream: NodeJS.WriteStream = process.stderr): ShowStep {
  if (quiet) return () => {};
  return stream.isTTY ? (event) => showOnTerminal(event, stream) : (event) => showPlain(event, stream);
}

function showOnTerminal(event: StepEvent, stream: NodeJS.WriteStream): void {
  const time = event.state === 'started' ? '' : ` (${seconds(event.durationMs)})`;
  const why = event.error ? `\n    ${event.error.message.split('\n').join('\n    ')}` : '';
  const end = event.state === 'started' ? '' : '\n';
  stream.write(
    `\r\u001B[K${marks[event.state]} ${event.doing}${time}${event.state === 'warned' ? why : ''}${end}`,
  );
}

function showPlain(event: StepEvent, stream: Pick<NodeJS.WriteStream, 'write'>): void {
  if (event.state === 'started') return;
  const why = event.state === 'warned' && event.error ? `: ${event.error.message}` : '';
  stream.write(`${event.name}: ${words[event.state]} (${seconds(event.durationMs)})${why}\n`);
}

/** Of one of several that go on side by side: plain lines that say whose they are. */
export function labelledSteps(
  quiet: boolean,
  label: string,
  stream: NodeJS.WriteStream = process.stderr,
): ShowStep {
  if (quiet) return () => {};
  const labelled = { write: (line: string) => stream.write(`${label}: ${line}`) };
  return (event) => showPlain(event, labelled);
}

/** The steps of a run as `--json` prints them (BEH-083). */
export function stepRecorder(show: ShowStep): { report: ShowStep; steps: object[] } {
  const steps: object[] = [];
  const report: ShowStep = (event) => {
    show(event);
    if (event.state === 'started') return;
    const { name, state, durationMs, error } = event;
    steps.push({
      name,
      status: state,
      durationMs: Math.round(durationMs),
      ...(error && { error: error.message }),
    });
  };
  return { report, steps };
}
