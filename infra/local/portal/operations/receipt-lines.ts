/** Order and receipt lines and taxes: the response names differ from the request names for the same thing. */
import { arrayAt, compact, isObject, type JsonObject } from '../json.ts';

/** A line as the resource shows it: item_code/code, line_num/num, line_total/total, external_id_line/external_id. */
export function shownLine(line: JsonObject): JsonObject {
  return compact({
    external_id: line.external_id,
    external_id_line: line.external_id,
    item_code: line.code,
    description: line.description,
    quantity: line.quantity,
    price: line.price,
    subtotal: line.subtotal,
    line_total: line.total,
    line_num: line.num ?? undefined,
    unit_of_measure: line.unit_of_measure ?? undefined,
    comments: line.comments ?? undefined,
    metadata: line.metadata,
    vat_taxes: arrayAt(line, 'vat_taxes').filter(isObject).map(shownTax),
    withholding_taxes: arrayAt(line, 'withholding_taxes').filter(isObject).map(shownTax),
  });
}

function shownTax(tax: JsonObject): JsonObject {
  return compact({ code: tax.code, externalCode: tax.external_code, rate: tax.rate, amount: tax.amount });
}
