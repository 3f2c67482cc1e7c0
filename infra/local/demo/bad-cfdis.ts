/** Files that no system should swallow, made of a good one. */

/** Cut in the middle, as a download that broke off. */
export const truncated = (xml: string): string => xml.slice(0, Math.floor(xml.length * 0.6));

/** A closing tag that does not fit. */
export const malformed = (xml: string): string => xml.replace('</cfdi:Conceptos>', '</cfdi:Conceptoz>');

/** "Billion laughs": ten levels of entities, each ten times the one below. */
export function entityBomb(xml: string): string {
  const levels = Array.from({ length: 9 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`);
  const doctype = `<!DOCTYPE Comprobante [<!ENTITY e0 "CFDI">${levels.join('')}]>`;
  return xml.replace('?>\n', `?>\n${doctype}\n`).replace(/ Nombre="[^"]*"/, ' Nombre="&e9;"');
}

/** An entity that wants a local file. */
export function externalEntity(xml: string, target = 'file:///etc/passwd'): string {
  const doctype = `<!DOCTYPE Comprobante [<!ENTITY x SYSTEM "${target}">]>`;
  return xml.replace('?>\n', `?>\n${doctype}\n`).replace(/ Nombre="[^"]*"/, ' Nombre="&x;"');
}

/** The stamp of another CFDI. */
export const withUuid = (xml: string, uuid: string): string =>
  xml.replace(/ UUID="[^"]*"( FechaTimbrado)/, ` UUID="${uuid}"$1`);

/** No stamp at all: a draft. */
export const unstamped = (xml: string): string =>
  xml.replace(/<cfdi:Complemento>.*<\/cfdi:Complemento>\n/s, '');

/** What a web server says when the link has expired. */
export const htmlPage =
  '<!doctype html><html><head><title>403</title></head><body>Request has expired</body></html>\n';

/** Valid, and at least `bytes` long: an addenda of another customer's makes it so. */
export function large(xml: string, bytes: number): string {
  const line = '<detalle xmlns="urn:ejemplo:addenda" texto="Línea de detalle sin significado"/>\n';
  const missing = Math.max(0, bytes - Buffer.byteLength(xml));
  const filler = line.repeat(Math.ceil(missing / Buffer.byteLength(line)));
  return xml.replace('</cfdi:Comprobante>', `<cfdi:Addenda>${filler}</cfdi:Addenda></cfdi:Comprobante>`);
}
