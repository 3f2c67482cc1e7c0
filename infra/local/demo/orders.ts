/** Purchase orders in Sage: authorised ones to be created in the portal, one that is there already, and ones that must not go. */
import type { Temporal } from 'temporal-polyfill';
import { Money } from '../../../shared/money/money.ts';
import { toSageDate } from '../../../shared/time/sage-date.ts';
import type { Random } from './random.ts';
import type { Row, Tables } from './sage-payables.ts';
import type { DemoSupplier } from './suppliers.ts';
import type { DemoCompany } from './tenants.ts';

/** `authorised`: to be created · `posted`: in the portal, unchanged · `unauthorised`: nobody has signed it · `completed`: in the portal, complete in Sage, to be closed. */
export type OrderCase = 'authorised' | 'posted' | 'unauthorised' | 'completed';

const turn: readonly OrderCase[] = [
  'authorised',
  'unauthorised',
  'posted',
  'authorised',
  'completed',
  'authorised',
];

interface OrderLine {
  readonly item: string;
  readonly quantity: number;
  readonly price: string;
  readonly amount: Money;
}

export interface DemoOrder {
  readonly case: OrderCase;
  readonly number: string;
  readonly sequence: number;
  readonly portalId: string | undefined;
  readonly supplier: DemoSupplier;
  readonly date: Temporal.PlainDate;
  readonly lines: readonly OrderLine[];
  readonly subtotal: Money;
  readonly vat: Money;
}

/** `count` orders to linked suppliers who are paid in pesos. */
export function makeOrders(
  random: Random,
  suppliers: readonly DemoSupplier[],
  count: number,
  now: Temporal.Instant,
): DemoOrder[] {
  const linked = suppliers.filter((supplier) => supplier.case === 'linked' && supplier.currency === 'MXN');
  const today = now.toZonedDateTimeISO('America/Mexico_City').toPlainDate();
  return Array.from({ length: linked.length === 0 ? 0 : count }, (_, index) => {
    const orderCase = turn[index % turn.length] ?? 'authorised';
    const lines = Array.from({ length: random.int(1, 4) }, (_unused, i) => {
      const quantity = random.int(1, 60);
      const price = new Money(random.int(1_000, 400_000)).dividedBy(100);
      return {
        item: `ART-${index}${i}`,
        quantity,
        price: price.toFixed(6),
        amount: price.times(quantity).toDecimalPlaces(2),
      };
    });
    const subtotal = lines.reduce((sum, line) => sum.plus(line.amount), new Money(0));
    return {
      case: orderCase,
      number: `PO${String(90_001 + index).padStart(7, '0')}`,
      sequence: 5_001 + index,
      portalId: orderCase === 'posted' || orderCase === 'completed' ? random.portalId() : undefined,
      supplier: random.pick(linked),
      date: today.subtract({ days: random.int(2, 12) }),
      lines,
      subtotal,
      vat: subtotal.times('0.16').toDecimalPlaces(2),
    };
  });
}

/** The order as the portal shows it; undefined when it is not there. */
export function portalOrder(order: DemoOrder, company: DemoCompany) {
  if (order.portalId === undefined) return undefined;
  return {
    id: order.portalId,
    external_id: order.number,
    number: order.number,
    status: 'OPEN',
    acceptance_status: 'ACCEPTED',
    company_external_id: company.externalId,
    company_id: company.companyId,
    provider_id: order.supplier.portalId,
    provider_name: order.supplier.legalName,
    currency: 'MXN',
    exchange_rate: 1,
    date: `${order.date}T00:00:00Z`,
    delivery_date: `${order.date.add({ days: 14 })}T00:00:00Z`,
    subtotal: order.subtotal.toNumber(),
    vat_sum: order.vat.toNumber(),
    withhold_tax_sum: 0,
    total: order.subtotal.plus(order.vat).toNumber(),
    tenant_id: company.tenantId,
    total_lines: order.lines.length,
    lines: order.lines.map((line, i) => ({
      external_id_line: String(order.sequence * 10 + i + 1),
      item_code: line.item,
      description: order.supplier.trade.product,
      line_num: i + 1,
      quantity: line.quantity,
      price: Number(line.price),
      subtotal: line.amount.toNumber(),
      line_total: line.amount.toNumber(),
      unit_of_measure: 'PZA',
    })),
  };
}

/** Sage's tables, the authorisations and FESA's control rows. */
export function orderTables(
  company: DemoCompany,
  orders: readonly DemoOrder[],
): { sage: Tables; authorisations: Tables; control: readonly Row[] } {
  const audit = { AUDTDATE: 20251220, AUDTTIME: 17_000_000, AUDTUSER: 'COMPRAS', AUDTORG: company.database };
  const Empresa = company.database;
  const signed = orders.filter((order) => order.case !== 'unauthorised');
  return {
    sage: {
      POPORH1: orders.map((order) => {
        const done = order.case === 'completed';
        const date = toSageDate(order.date);
        return {
          PORHSEQ: order.sequence,
          ...audit,
          PONUMBER: order.number,
          DATE: date,
          EXPARRIVAL: toSageDate(order.date.add({ days: 14 })),
          VDCODE: order.supplier.externalId ?? '',
          VDNAME: order.supplier.legalName.slice(0, 60),
          CURRENCY: company.pesos,
          RATE: '1',
          DESCRIPTIO: `Compra de ${order.supplier.trade.product}`.slice(0, 60),
          COMMENT: 'Entregar de 9 a 14 h',
          REFERENCE: `REQ ${order.sequence}`,
          FOBPOINT: 'COMPRADOR 1',
          TERMSCODE: String(order.supplier.creditDays),
          RQNNUMBER: `RQ${order.sequence}`,
          EXTENDED: order.subtotal.toFixed(3),
          DOCTOTAL: order.subtotal.plus(order.vat).toFixed(3),
          TXEXCLUDE1: order.vat.toFixed(3),
          ISCOMPLETE: done ? 1 : 0,
          DTCOMPLETE: done ? toSageDate(order.date.add({ days: 1 })) : 0,
        };
      }),
      POPORH2: orders.map((order) => ({ PORHSEQ: order.sequence, ...audit, ENTEREDBY: 'COMPRAS' })),
      POPORL: orders.flatMap((order) =>
        order.lines.map((line, i) => ({
          PORHSEQ: order.sequence,
          PORLREV: (i + 1) * 1_000,
          PORLSEQ: order.sequence * 10 + i + 1,
          DETAILNUM: i + 1,
          ...audit,
          ITEMNO: line.item,
          ITEMDESC: order.supplier.trade.product.slice(0, 60),
          LOCATION: 'ALM01',
          ORDERUNIT: 'PZA',
          OQORDERED: line.quantity,
          SQORDERED: line.quantity,
          UNITCOST: line.price,
          EXTENDED: line.amount.toFixed(3),
          ...(order.case === 'completed'
            ? { OQRECEIVED: line.quantity, SQRECEIVED: line.quantity, COMPLETION: 2 }
            : { OQOUTSTAND: line.quantity, SQOUTSTAND: line.quantity, COMPLETION: 1 }),
        })),
      ),
      POPORHO: orders.map((order) => ({
        PORHSEQ: order.sequence,
        OPTFIELD: 'USOCFDI',
        ...audit,
        VALUE: 'G03',
        TYPE: 1,
        LENGTH: 60,
        DECIMALS: 0,
        ALLOWNULL: 0,
        VALIDATE: 0,
        SWSET: 1,
      })),
      PORCPH1: orders
        .filter((order) => order.case === 'completed')
        .map((order) => ({
          RCPHSEQ: order.sequence + 20_000,
          PORHSEQ: order.sequence,
          ...audit,
          PONUMBER: order.number,
          RCPNUMBER: `RC${order.sequence}`,
          ISINVOICED: 1,
          ISCOMPLETE: 1,
        })),
      ICLOC: [
        {
          LOCATION: 'ALM01',
          ...audit,
          DESC: 'Almacén general',
          ADDRESS1: 'Calle Bodegas 20',
          ADDRESS2: 'Apodaca',
          CITY: 'Monterrey',
          STATE: 'Nuevo León',
          COUNTRY: 'México',
          ZIP: '66600',
        },
      ],
    },
    authorisations: {
      Autoriza_OC: orders.map(({ number, case: orderCase }) => ({
        PONumber: number,
        Empresa,
        Autorizada: orderCase === 'unauthorised' ? 0 : 1,
      })),
      Autoriza_OC_detalle: signed.map(({ number, date }) => ({
        PONumber: number,
        Empresa,
        Fecha: String(date.add({ days: 1 })),
      })),
    },
    control: orders.flatMap(({ number, portalId, date }) => {
      const day = String(date.add({ days: 1 }));
      return portalId === undefined
        ? []
        : [
            {
              ocSage: number,
              idDatabase: Empresa,
              idFocaltec: portalId,
              status: 'POSTED',
              createdAt: day,
              lastUpdate: day,
            },
          ];
    }),
  };
}
