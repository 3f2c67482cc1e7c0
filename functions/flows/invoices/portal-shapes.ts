/**
 * The parts of the portal's answers that this flow reads. Every level is optional: an object that lacks one is a document
 * with a reason, never an exception.
 */
type Text = string | null | undefined;
type Slots<Value> = Readonly<Record<string, { readonly value?: Value | null } | null>> | null | undefined;

/** An address of the supplier file (portal `Address`). */
export interface PortalAddress {
  readonly street?: Text;
  readonly exterior_number?: Text;
  readonly interior_number?: Text;
  readonly suburb?: Text;
  readonly city?: Text;
  readonly municipality?: Text;
  readonly state?: Text;
  readonly country?: Text;
  readonly zip_code?: Text;
}

/** A bank account of the supplier (portal `BankAccountResponse`). Never logged. */
export interface PortalBankAccount {
  readonly bank_name?: Text;
  readonly clabe?: Text;
  readonly account?: Text;
  readonly subsidiary_number?: Text;
  readonly subsidiary?: Text;
  readonly code?: Text;
  readonly reference?: Text;
  readonly currency?: Text;
}

export interface PortalContact {
  readonly first_name?: Text;
  readonly last_name?: Text;
  readonly email?: Text;
  readonly phone?: Text;
}

/** A supplier (portal `ProviderResponse`). */
export interface PortalProvider {
  readonly id: string;
  readonly external_id?: Text;
  readonly name?: Text;
  readonly rfc?: Text;
  readonly tax_id?: Text;
  readonly type?: Text;
  readonly status?: Text;
  readonly credit_days?: number | null;
  readonly expedient?: {
    readonly status?: Text;
    readonly approved?: string | number | null;
    readonly addresses?: Slots<PortalAddress>;
    readonly bank_accounts?: Slots<PortalBankAccount>;
    readonly contacts?: Slots<PortalContact>;
    readonly fields?: Readonly<
      Record<string, { readonly field_external_id?: Text; readonly value_external_id?: Text } | null>
    > | null;
  } | null;
}

/** A payable document (portal `CfdiResponse`). */
export interface PortalCfdi {
  readonly id: string;
  readonly cfdi?: {
    readonly serie?: Text;
    readonly folio?: Text;
    readonly fecha_emision?: string | number | null;
    readonly moneda?: Text;
    readonly total?: number | null;
    readonly emisor?: { readonly rfc?: Text; readonly nombre?: Text } | null;
    readonly receptor?: { readonly rfc?: Text } | null;
    readonly timbre?: { readonly uuid?: Text } | null;
  } | null;
  readonly metadata?: {
    readonly provider_id?: Text;
    readonly type?: Text;
    readonly status?: Text;
    readonly authorized_at?: string | number | null;
    readonly additional_info?:
      | readonly {
          readonly field?: { readonly external_id?: Text } | null;
          readonly value?: { readonly raw?: Text } | null;
        }[]
      | null;
    readonly additional_amount?: { readonly name?: Text; readonly amount?: number | null } | null;
  } | null;
}
