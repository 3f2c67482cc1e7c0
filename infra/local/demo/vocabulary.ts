/** The names that the demo is made of. All invented; any likeness is chance. */

export const trades = [
  {
    name: 'Aceros y Perfiles',
    product: 'Perfil de acero estructural',
    key: '30102300',
    unit: 'H87',
    account: '6010-100',
  },
  {
    name: 'Papelería y Suministros',
    product: 'Papel bond carta, caja',
    key: '14111507',
    unit: 'XBX',
    account: '6020-100',
  },
  { name: 'Transportes', product: 'Flete terrestre', key: '78101802', unit: 'E48', account: '6030-200' },
  {
    name: 'Refacciones Industriales',
    product: 'Balero de bolas',
    key: '31171500',
    unit: 'H87',
    account: '6010-300',
  },
  {
    name: 'Servicios de Limpieza',
    product: 'Servicio mensual de limpieza',
    key: '76111500',
    unit: 'E48',
    account: '6040-100',
  },
  { name: 'Combustibles', product: 'Diésel', key: '15101505', unit: 'LTR', account: '6030-100' },
  {
    name: 'Empaques y Cartón',
    product: 'Caja de cartón corrugado',
    key: '24112501',
    unit: 'H87',
    account: '6010-200',
  },
  {
    name: 'Tecnologías',
    product: 'Soporte técnico por hora',
    key: '81111811',
    unit: 'HUR',
    account: '6050-100',
  },
  { name: 'Químicos', product: 'Solvente industrial', key: '12191500', unit: 'LTR', account: '6010-400' },
  {
    name: 'Seguridad Privada',
    product: 'Servicio de vigilancia',
    key: '92121504',
    unit: 'E48',
    account: '6040-200',
  },
] as const;

export const surnames = [
  'del Norte',
  'Monterrey',
  'del Bajío',
  'Peñalosa',
  'Ordóñez',
  'San Ángel',
  'Azteca',
  'Nuño',
  'Güereña',
  'Metropolitana',
  'Occidente',
  'Ibáñez',
];
export const companyForms = ['SA de CV', 'S de RL de CV', 'SAPI de CV'];
export const firstNames = [
  'Ana',
  'José',
  'María',
  'Íñigo',
  'Lucía',
  'Héctor',
  'Begoña',
  'Raúl',
  'Sofía',
  'Andrés',
];
export const lastNames = ['Peña', 'García', 'Muñoz', 'López', 'Yáñez', 'Hernández', 'Zúñiga', 'Castañeda'];

export const places = [
  { city: 'Monterrey', municipality: 'Monterrey', state: 'Nuevo León', zip: '64000', clabe: '580' },
  { city: 'Guadalajara', municipality: 'Guadalajara', state: 'Jalisco', zip: '44100', clabe: '320' },
  {
    city: 'Ciudad de México',
    municipality: 'Cuauhtémoc',
    state: 'Ciudad de México',
    zip: '06600',
    clabe: '180',
  },
  { city: 'Querétaro', municipality: 'Querétaro', state: 'Querétaro', zip: '76000', clabe: '680' },
  { city: 'León', municipality: 'León', state: 'Guanajuato', zip: '37000', clabe: '225' },
  { city: 'Puebla', municipality: 'Puebla', state: 'Puebla', zip: '72000', clabe: '650' },
] as const;

export const streets = [
  'Av. Constitución',
  'Calle Hidalgo',
  'Blvd. Díaz Ordaz',
  'Calz. de los Héroes',
  'Av. Juárez',
  'Prol. Pino Suárez',
];
export const suburbs = ['Centro', 'Del Valle', 'Obrera', 'Industrial Vallejo', 'Las Águilas', 'San José'];

export const banks = [
  { code: '002', name: 'BANAMEX', swift: 'BNMXMXMM' },
  { code: '012', name: 'BBVA MEXICO', swift: 'BCMRMXMM' },
  { code: '014', name: 'SANTANDER', swift: 'BMSXMXMM' },
  { code: '072', name: 'BANORTE', swift: 'MENOMXMT' },
] as const;
