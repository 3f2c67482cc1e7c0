/** SET options: those that matter here, those that are accepted because they change nothing here, and no others. */
import { unsupported } from '../sql/errors.ts';

export interface Settings {
  readonly noCount: boolean;
  readonly xactAbort: boolean;
  /** Milliseconds; -1 = wait for ever. */
  readonly lockTimeout: number;
  readonly isolation: string;
}

export const defaultSettings: Settings = {
  noCount: false,
  xactAbort: false,
  lockTimeout: -1,
  isolation: 'READ COMMITTED',
};

/** Options that are accepted only with the value that the stand-in imitates anyway. */
const fixed: Readonly<Record<string, readonly string[]>> = {
  ANSI_NULLS: ['ON'],
  ANSI_NULL_DFLT_ON: ['ON'],
  ANSI_PADDING: ['ON'],
  ANSI_WARNINGS: ['ON'],
  ARITHABORT: ['ON'],
  CONCAT_NULL_YIELDS_NULL: ['ON'],
  QUOTED_IDENTIFIER: ['ON'],
  CURSOR_CLOSE_ON_COMMIT: ['ON', 'OFF'],
  IMPLICIT_TRANSACTIONS: ['OFF'],
  NUMERIC_ROUNDABORT: ['OFF'],
  DATEFORMAT: ['MDY', 'YMD', 'DMY'],
  DATEFIRST: ['1', '2', '3', '4', '5', '6', '7'],
  LANGUAGE: ['US_ENGLISH'],
  TEXTSIZE: ['2147483647', '-1'],
  DEADLOCK_PRIORITY: ['LOW', 'NORMAL', 'HIGH'],
};

/** @throws SqlError 50000 for an option, or a value of it, that is not imitated. */
export function applySetting(settings: Settings, option: string, value: string): Settings {
  switch (option) {
    case 'NOCOUNT':
      return { ...settings, noCount: switchOf(option, value) };
    case 'XACT_ABORT':
      return { ...settings, xactAbort: switchOf(option, value) };
    case 'LOCK_TIMEOUT':
      if (!/^-?\d+$/.test(value)) throw unsupported(`SET LOCK_TIMEOUT ${value}`);
      return { ...settings, lockTimeout: Number(value) };
    case 'TRANSACTION ISOLATION LEVEL':
      return { ...settings, isolation: value };
    default:
      if (fixed[option]?.includes(value) !== true) throw unsupported(`SET ${option} ${value}`);
      return settings;
  }
}

function switchOf(option: string, value: string): boolean {
  if (value !== 'ON' && value !== 'OFF') throw unsupported(`SET ${option} ${value}`);
  return value === 'ON';
}
