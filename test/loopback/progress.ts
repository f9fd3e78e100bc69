/**
 * Shows a story's steps as they happen: live on a terminal, one line per step elsewhere.
 */
export interface StepDisplay {
  done(saw: string): void;
  failed(why: string): void;
}

export interface Progress {
  step(doing: string): StepDisplay;
  line(text?: string): void;
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const clearLine = '\r\x1b[2K';

const secondsSince = (began: number): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;

/** A step's last word: sign, what was done, how long it took, what was seen. */
const outcome = (sign: string, doing: string, began: number, text: string): string =>
  `${sign} ${doing} (${secondsSince(began)})\n    ${text.split('\n').join('\n    ')}\n`;

type Output = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };

function plainProgress(output: Output): Progress {
  return {
    step(doing) {
      const began = performance.now();
      return {
        done: (saw) => void output.write(outcome('ok    ', doing, began, saw)),
        failed: (why) => void output.write(outcome('FAILED', doing, began, why)),
      };
    },
    line: (text = '') => void output.write(`${text}\n`),
  };
}

function liveProgress(output: Output): Progress {
  return {
    step(doing) {
      const began = performance.now();
      let tick = 0;
      const draw = (): void => {
        const text = `${spinner[tick++ % spinner.length]} ${doing} … ${secondsSince(began)}`;
        output.write(`${clearLine}${text.slice(0, (output.columns ?? 80) - 1)}`);
      };
      const timer = setInterval(draw, 100);
      draw();
      const end = (sign: string, text: string): void => {
        clearInterval(timer);
        output.write(clearLine + outcome(sign, doing, began, text));
      };
      return { done: (saw) => end('✓', saw), failed: (why) => end('✗', why) };
    },
    line: (text = '') => void output.write(`${text}\n`),
  };
}

export const createProgress = (output: Output): Progress =>
  output.isTTY ? liveProgress(output) : plainProgress(output);
