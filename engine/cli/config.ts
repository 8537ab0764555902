import { counted } from '../report/amounts.ts';
import { type Column, table } from '../report/table.ts';
import { ENGINE_VERSION } from '../runtime/version.ts';
import { checkWorkspace } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import { tellJson } from './ask.ts';
import type { CommandContext } from './command.ts';
import { documentRows, sectionOf } from './config/document-rows.ts';
import type { Row } from './config/row.ts';
import { settingRows } from './config/setting-rows.ts';
import { readEnvironment } from './environment.ts';
import { EXIT } from './exit.ts';
import { hasErrors, showFindings } from './findings.ts';
import { scrubberOfKnown } from './known-secrets.ts';
import { workspaceFolder } from './workspace-folder.ts';

const COLUMNS: readonly Column[] = [
  { title: 'setting', align: 'left' },
  { title: 'value', align: 'left', shrinks: true, least: 16 },
  { title: 'from', align: 'left', shrinks: true, least: 14 },
];

const valueText = (value: unknown): string => {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'object' && !Array.isArray(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return value.map(String).join(', ');
  // What was folded over several lines is one here.
  return String(value as string | number | boolean)
    .replace(/\s+/g, ' ')
    .trim();
};

const titleOf = (section: string, file: string | undefined): string => {
  if (section === 'settings') return 'Settings: flags, environment, .env';
  const title = section === 'risk' ? 'Risk' : `Strategy ${section.slice('strategy:'.length)}`;
  return `${title}, ${file ?? ''}`;
};

/** Where a value stands: a line of the section's own file, or a place elsewhere. */
const placeText = (place: string | undefined, file: string | undefined): string => {
  if (place === undefined) return 'default';
  return file !== undefined && place.startsWith(`${file}:`) ? `line ${place.slice(file.length + 1)}` : place;
};

const isDefault = ({ origin }: Row): boolean => origin === 'default';

export const run = async (context: CommandContext): Promise<number> => {
  const { flags, terminal } = context;
  const folder = workspaceFolder(flags);
  const environment = readEnvironment(folder);
  const risk = textFlag(flags, 'risk');
  const { rules, diagnostics, counts } = checkWorkspace({ dir: folder, ...(risk === undefined ? {} : { risk }) });
  const documents =
    rules === undefined
      ? []
      : [
          ...(rules.risk.document === undefined ? [] : [rules.risk.document]),
          ...rules.models.map(({ document }) => document),
        ];
  const all = [...settingRows(environment, flags, folder), ...documents.flatMap(documentRows)];
  const shown = flags.resolved === true ? all : all.filter((row) => !isDefault(row));
  const scrub = scrubberOfKnown();
  const errors = hasErrors(diagnostics) || hasErrors(environment.findings);
  const exit = errors ? EXIT.findings : EXIT.fine;
  if (flags.format === 'json') {
    await tellJson(context, {
      engine: ENGINE_VERSION,
      resolved: flags.resolved === true,
      settings: shown.map(({ place, fault, ...row }) => ({
        ...row,
        value: typeof row.value === 'string' ? scrub(row.value) : row.value,
        place: place ?? null,
        fault: fault ?? null,
      })),
      rules: hasErrors(diagnostics) ? 'faulty' : 'sound',
    });
    return exit;
  }
  const { style, width } = terminal;
  const pieces: string[] = [];
  for (const section of new Set(shown.map((row) => row.section))) {
    const file = documents.find((document) => sectionOf(document) === section)?.file.path;
    const rows = shown
      .filter((row) => row.section === section)
      .map((row) => {
        const value = row.fault === undefined ? valueText(row.value) : style.red(row.fault);
        const dim = isDefault(row) ? style.dim : (text: string): string => text;
        return [row.key, dim(value), dim(placeText(row.place, file))];
      });
    pieces.push(style.bold(titleOf(section, file)), ...table(COLUMNS, rows, { width, indent: 2, style }), '');
  }
  const hidden = all.length - shown.length;
  if (hidden > 0)
    pieces.push(style.dim(`${counted(hidden, 'setting')} as by default: engine config --resolved shows them`), '');
  await terminal.stream([scrub(`${pieces.join('\n')}`)]);
  if (hasErrors(diagnostics)) {
    terminal.err('The rules have errors, so what they set is not shown.\n');
    await showFindings(diagnostics, counts, 'pretty', terminal, 'err');
  }
  return exit;
};
