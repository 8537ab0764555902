import type { Diagnostic } from '../documents/diagnostic.ts';
import { renderDiagnostics } from '../documents/render.ts';
import { COLOURED, PLAIN, prettyDiagnostic } from '../documents/render-pretty.ts';
import { errorLine } from '../report/run-events.ts';
import type { Secret } from '../secrets/secret.ts';
import { type Environment, findingsOf } from './environment.ts';
import { EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** Where messages go. */
export interface TelegramSettings {
  readonly root: string;
  readonly token: Secret;
  readonly chat: string;
}

export type TelegramChoice =
  | { readonly kind: 'on'; readonly settings: TelegramSettings }
  | { readonly kind: 'off' }
  /** They were asked for and cannot be sent, or nobody can tell whether they were asked for. */
  | { readonly kind: 'faulty'; readonly findings: readonly Diagnostic[] };

/** What the settings say of Telegram. What is wrong with a part of it that is switched off does not matter. */
export const telegramChoice = (environment: Environment): TelegramChoice => {
  const { value: enabled } = environment.TELEGRAM_ENABLED;
  if (enabled === false) {
    const file = findingsOf(environment);
    return file.length > 0 ? { kind: 'faulty', findings: file } : { kind: 'off' };
  }
  const findings = findingsOf(environment, 'TELEGRAM_');
  const token = environment.TELEGRAM_BOT_TOKEN.value;
  const chat = environment.TELEGRAM_CHAT_ID.value;
  const root = environment.TELEGRAM_API_ROOT.value;
  if (findings.length > 0 || token === undefined || chat === undefined || root === undefined) {
    return { kind: 'faulty', findings };
  }
  return { kind: 'on', settings: { root, token, chat } };
};

/** Findings about settings, as they are drawn: each with the line of .env that it stands in, secrets struck out. */
export const settingsText = (findings: readonly Diagnostic[], terminal: Terminal): string => {
  const paint = terminal.errStyle.bold('x') === 'x' ? PLAIN : COLOURED;
  return `${findings.map((finding) => prettyDiagnostic(finding, Math.min(terminal.errWidth, 100), paint)).join('\n\n')}\n`;
};

/**
 * Shows findings that end a command before its work; gives its exit code.
 * @param format of the command's answer
 */
export const refuseSettings = async (
  findings: readonly Diagnostic[],
  format: string | true | undefined,
  terminal: Terminal,
): Promise<number> => {
  if (format === 'json' || format === 'jsonl') {
    const counts = { files: 1, strategies: 0, breakers: 0 };
    const text = renderDiagnostics(findings, { format: 'json', counts });
    await terminal.stream([format === 'jsonl' ? errorLine(text) : text]);
  } else terminal.err(settingsText(findings, terminal));
  return EXIT.findings;
};
