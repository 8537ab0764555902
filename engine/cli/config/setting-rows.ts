import { type Arguments, textFlag } from '../arguments.ts';
import type { Environment, Origin } from '../environment.ts';
import { logFolder } from '../log-folder.ts';
import { SETTING_NAMES, SETTINGS, type SettingName } from '../settings.ts';
import { shownPath } from '../shown-path.ts';
import { stateFolder } from '../state-folder.ts';
import type { Row } from './row.ts';

/** Settings that a flag overrules. */
const FLAGS: Partial<Readonly<Record<SettingName, string>>> = { ENGINE_STATE: 'state', ENGINE_LOG: 'log' };

const ORIGINS: Readonly<Record<Origin, Row['origin']>> = { env: 'env', '.env': '.env', default: 'default' };

/** The settings of the environment, `.env` and flags, in the order of their table. */
export const settingRows = (environment: Environment, flags: Arguments['flags'], folder: string): Row[] => {
  /** What holds when nobody says, for settings whose default is worked out. */
  const workedOut: Partial<Readonly<Record<SettingName, () => string>>> = {
    ENGINE_STATE: () => shownPath(stateFolder(flags, folder)),
    ENGINE_LOG: () => {
      const logs = logFolder(flags, folder);
      return logs === undefined ? 'off' : shownPath(logs);
    },
  };
  const named = textFlag(flags, 'workspace');
  return [
    {
      section: 'settings',
      key: 'workspace',
      value: shownPath(folder) || '.',
      origin: named === undefined ? 'default' : 'flag',
      place: named === undefined ? undefined : '--workspace',
      fault: undefined,
    },
    ...SETTING_NAMES.map((name): Row => {
      const { value, origin, place } = environment[name];
      const flag = FLAGS[name];
      const overruled = flag !== undefined && textFlag(flags, flag) !== undefined;
      const fault = environment.findings.find(({ severity, context }) => severity === 'error' && context === name);
      const given = SETTINGS[name].kind === 'secret' && value !== undefined ? '***' : value;
      return {
        section: 'settings',
        key: name,
        value: workedOut[name]?.() ?? given ?? null,
        origin: overruled ? 'flag' : ORIGINS[origin],
        place: overruled ? `--${flag}` : place,
        fault: value === undefined && origin !== 'default' ? fault?.message : undefined,
      };
    }),
  ];
};
