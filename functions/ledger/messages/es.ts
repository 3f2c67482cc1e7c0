/** What the operator reads of a state and of a reason, in Mexican Spanish. Typed: a state without a sentence does not compile. */
import type { stateTables } from '../states/index.ts';

type Tables = typeof stateTables;
type StateOf<Kind extends keyof Tables> = keyof Tables[Kind] & string;
type ReasonOf<Kind extends keyof Tables> = {
  [State in keyof Tables[Kind]]: Tables[Kind][State] extends { reasons: infer Reasons }
    ? keyof Reasons & string
    : never;
}[keyof Tables[Kind]];
export type Sentences = {
  readonly [Kind in keyof Tables]: {
    readonly states: Readonly<Record<StateOf<Kind>, string>>;
    readonly reasons: Readonly<Record<ReasonOf<Kind>, string>>;
  };
};

const shared = {
  agent_away: 'El agente no respondió; se intenta de nuevo en el siguiente ciclo.',
  sage_unavailable: 'SQL Server no respondió; se intenta de nuevo en el siguiente ciclo.',
  inbox_unavailable: 'La carpeta de importación no se puede escribir; revise permisos y que exista.',
  disk_full: 'El disco de la carpeta de importación está lleno; libere espacio.',
  importer_failed: 'El importador terminó con error; se ejecuta de nuevo en el siguiente ciclo.',
  importer_did_nothing: 'El importador terminó sin error, pero dejó el archivo en la carpeta.',
  delivery_uncertain:
    'No se sabe si el archivo llegó a la carpeta; se revisa en Sage antes de enviarlo de nuevo.',
  import_unconfirmed: 'El archivo salió de la carpeta, pero Sage no tiene el documento; revíselo en Sage.',
  rejected_by_importer: 'El importador apartó el archivo; lea su mensaje y corrija los datos.',
  refused_by_agent: 'El agente no aceptó el documento; lea su mensaje.',
  company_unknown: 'FESA no tiene una empresa con ese RFC; revise sus parámetros.',
} as const;

export const es: Sentences = {
  supplier: {
    states: {
      discovered: 'Aprobado en el portal; falta darlo de alta en Sage.',
      delivering: 'Se está entregando a la carpeta de importación.',
      delivered: 'En la carpeta de importación; falta que el importador lo procese.',
      registered: 'Dado de alta en Sage.',
      blocked: 'Detenido: falta corregir un dato.',
      failed: 'No se pudo esta vez; se intenta de nuevo.',
      uncertain: 'Sin confirmar; se revisa en Sage.',
      closed: 'Cerrado: ya no procede.',
    },
    reasons: {
      ...shared,
      no_rfc: 'El portal no tiene un RFC válido del proveedor.',
      no_name: 'El portal no tiene el nombre del proveedor.',
      duplicate_external_id: 'Dos proveedores del portal tienen el mismo número de proveedor de Sage.',
      disabled_in_portal: 'El proveedor está deshabilitado en el portal.',
      not_accepted_any_more: 'El expediente del proveedor ya no está aceptado en el portal.',
    },
  },
  cfdi: {
    states: {
      discovered: 'Pendiente de pago en el portal; falta llevarlo a Sage.',
      delivering: 'Se está entregando a la carpeta de importación.',
      delivered: 'En la carpeta de importación; falta que el importador lo procese.',
      imported: 'Registrado en Sage.',
      blocked: 'Detenido: falta corregir un dato.',
      failed: 'No se pudo esta vez; se intenta de nuevo.',
      uncertain: 'Sin confirmar; se revisa en Sage.',
      closed: 'Cerrado: ya no procede.',
    },
    reasons: {
      ...shared,
      outside_window: 'Quedó fuera de la ventana automática; el operador lo envía con una acción.',
      removed_from_sage: 'Estaba en Sage y ya no está; se importa de nuevo.',
      no_xml: 'El portal no tiene el XML; el proveedor debe adjuntarlo.',
      wrong_uuid: 'El XML del portal es de otro CFDI (otro UUID); avise al portal.',
      malformed_xml: 'El XML está mal formado; el proveedor debe enviarlo de nuevo.',
      unsafe_xml: 'El XML declara entidades o un tipo de documento, lo que no se admite.',
      unsupported_encoding: 'La codificación del XML no se admite.',
      not_a_cfdi: 'El archivo no es un CFDI 3.3 o 4.0.',
      no_stamp: 'El CFDI no tiene timbre fiscal (UUID).',
      too_large: 'El XML es más grande de lo que se admite.',
      other_company: 'El CFDI es de otra empresa del grupo; debe recibirse en la suya.',
      no_receiver_rfc: 'El portal no muestra el RFC receptor del CFDI.',
      supplier_unknown: 'El portal no dice de qué proveedor es, o el proveedor no existe.',
      no_bank_account: 'El proveedor no tiene cuenta bancaria en el portal; debe registrarla.',
      schema_mismatch: 'A la base de Sage le falta una tabla o columna que el agente necesita.',
      portal_unavailable: 'El portal no respondió; se intenta de nuevo en el siguiente ciclo.',
      download_failed: 'La descarga del XML se interrumpió; se intenta de nuevo.',
      not_payable_any_more: 'Ya no está pendiente de pago en el portal.',
      gone_from_portal: 'El portal ya no tiene el documento.',
    },
  },
};
