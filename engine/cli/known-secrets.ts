import { createScrubber, secretForms, secretsOf } from '../secrets/scrub.ts';

/** Secrets that this process has read from files. */
const read = new Set<string>();

/** Remembers a secret, so that everything made by `scrubberOfKnown` from now on takes it out. */
export const noteSecret = (text: string): void => {
  for (const form of secretForms(text)) read.add(form);
};

/** Takes every secret that this process knows by now out of a text: those of its environment, and those it has read. */
export const scrubberOfKnown = (): ((text: string) => string) => createScrubber([...secretsOf(process.env), ...read]);
