/**
 * Questions to the person at the terminal, one at a time. There is none unless both standard input and standard error
 * are one: a script is never left waiting for an answer that nobody can give.
 */
import type { ReadStream, WriteStream } from 'node:tty';
import { inTurn } from './in-turn.ts';
import { MachineError } from './machine-error.ts';

export interface Terminal {
  /** The line that was typed, without its end. Fails with COMMAND_FAILED when the person breaks off. */
  ask(question: string): Promise<string>;
  /** The same without showing what is typed. */
  askSecret(question: string): Promise<string>;
}

export interface TerminalStreams {
  readonly input: Pick<ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'removeListener' | 'resume' | 'pause'>;
  readonly output: Pick<WriteStream, 'isTTY' | 'write'>;
}

export function openTerminal(
  { input, output }: TerminalStreams = { input: process.stdin, output: process.stderr },
): Terminal | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  const turn = inTurn();
  const asked = (question: string, show: boolean): Promise<string> =>
    turn(async () => {
      // Before the question: whoever answers at once must not be echoed by the terminal itself.
      input.setRawMode(true);
      try {
        // Whatever progress line stands there is written over.
        output.write(`\r\u001B[K${question}`);
        return await typedLine(input, show ? (text) => void output.write(text) : () => undefined);
      } finally {
        input.setRawMode(false);
        input.pause();
        output.write('\r\n');
      }
    });
  return { ask: (question) => asked(question, true), askSecret: (question) => asked(question, false) };
}

const [interrupt, endOfInput, backspace, erase] = ['\u0003', '\u0004', '\b', '\u007F'];

/** The terminal's own line editing is off, so that a secret is never echoed: what it does is done here. */
function typedLine(input: TerminalStreams['input'], show: (text: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (): void => {
      input.removeListener('data', onData);
      input.removeListener('end', brokeOff);
    };
    const brokeOff = (): void => {
      end();
      reject(new MachineError('COMMAND_FAILED', 'The question was not answered'));
    };
    const onData = (data: Buffer | string): void => {
      for (const letter of data.toString()) {
        if (letter === interrupt || letter === endOfInput) return brokeOff();
        if (letter === '\r' || letter === '\n') {
          end();
          return resolve(typed);
        }
        if (letter === backspace || letter === erase) {
          if (typed !== '') show('\b \b');
          typed = Array.from(typed).slice(0, -1).join('');
        } else if (letter >= ' ') {
          typed += letter;
          show(letter);
        }
      }
    };
    input.on('data', onData);
    input.on('end', brokeOff);
    input.resume();
  });
}
