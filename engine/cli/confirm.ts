import { createInterface } from 'node:readline/promises';

/** Nobody can type that. */
const INTERRUPTED = '\u0003';

/** Somebody can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Asks once on the terminal; anything but a yes is a no, and so is the end of the input. */
export const confirmed = async (question: string): Promise<'yes' | 'no' | 'interrupted'> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const ended = new Promise<string>((resolve) => {
      lines.once('SIGINT', () => resolve(INTERRUPTED));
      lines.once('close', () => resolve(''));
    });
    const answer = await Promise.race([lines.question(`${question} [y/N] `), ended]);
    if (answer === INTERRUPTED) return 'interrupted';
    return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
  } finally {
    lines.close();
  }
};

/** Asks for a line on the terminal; an end of the input is an empty one. */
export const typed = async (question: string): Promise<string> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const ended = new Promise<string>((resolve) => {
      for (const event of ['SIGINT', 'close'] as const) lines.once(event, () => resolve(''));
    });
    return await Promise.race([lines.question(question), ended]);
  } finally {
    lines.close();
  }
};
