/**
 * From a supplier's file to what the import program reads. Nothing is written before the file has been looked at: it must be a
 * CFDI, and the one that was expected; then the addenda goes between its bytes.
 */
import { AddendaFormError, insertAddenda } from '../../shared/cfdi/addenda.ts';
import { CfdiError, type CfdiProblem } from '../../shared/cfdi/errors.ts';
import { type CfdiScan, scanCfdi } from '../../shared/cfdi/scan.ts';
import { CommandError } from '../../shared/relay/errors.ts';

/** The ledger's reasons. */
const reasonOf: Readonly<Record<CfdiProblem, string>> = {
  malformed: 'malformed_xml',
  truncated: 'malformed_xml',
  unsafe: 'unsafe_xml',
  'not-a-cfdi': 'not_a_cfdi',
  'no-uuid': 'no_stamp',
  'too-large': 'too_large',
  'unsupported-encoding': 'unsupported_encoding',
};

export interface PreparedCfdi {
  readonly scan: CfdiScan;
  /** The original with the addenda in it. */
  readonly file: Uint8Array;
}

/** @param uuid the expected one. @throws CommandError: `wrong_uuid`, the other refusals of a file, `addenda_malformed`. */
export function prepareCfdi(uuid: string, xml: Uint8Array, addenda: string): PreparedCfdi {
  try {
    const scan = scanCfdi(xml);
    if (scan.uuid !== uuid) {
      throw new CommandError('wrong_uuid', 'human', `the file is ${scan.uuid}, not ${uuid}`);
    }
    return { scan, file: insertAddenda(xml, scan, addenda) };
  } catch (error) {
    if (error instanceof CfdiError) {
      throw new CommandError(reasonOf[error.code], 'human', error.message, { cause: error });
    }
    if (error instanceof AddendaFormError) {
      throw new CommandError('addenda_malformed', 'human', error.message, { cause: error });
    }
    throw error;
  }
}
