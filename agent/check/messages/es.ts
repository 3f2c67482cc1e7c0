/** Mensajes de la revisión, en español de México. */
import type { Catalogue } from './catalogue.ts';

const bien = (message: string) => ({ message, remedy: null });

export const es: Catalogue = {
  sqlAnswers: ({ database, ms }) => bien(`SQL Server responde en ${database} (${ms} ms).`),
  sqlLogin: ({ database }) => ({
    message: `SQL Server no acepta el usuario del agente, o le faltan permisos, en ${database}.`,
    remedy: 'Revise DB_USER y DB_PASSWORD, y ejecute otra vez el script de permisos en esa base de datos.',
  }),
  sqlDatabase: ({ database }) => ({
    message: `La base de datos ${database} no existe o el usuario del agente no puede abrirla.`,
    remedy: 'Revise el nombre de la base de datos en la configuración y que el usuario tenga acceso a ella.',
  }),
  sqlTimeout: ({ database }) => ({
    message: `SQL Server no respondió a tiempo en ${database}.`,
    remedy: 'Revise la carga y los bloqueos del servidor. El agente sigue intentando.',
  }),
  sqlConnection: ({ database, detail }) => ({
    message: `No hay conexión con SQL Server (${database}): ${detail}.`,
    remedy: 'Revise que el servicio esté encendido, SQL_SERVER y SQL_PORT, TCP/IP habilitado y el firewall.',
  }),
  sqlOther: ({ database, detail }) => ({
    message: `SQL Server rechazó la prueba en ${database}: ${detail}.`,
    remedy: 'Envíe este texto a soporte.',
  }),
  schemaGood: ({ database }) => bien(`Las tablas y columnas de ${database} son las esperadas.`),
  schemaFaults: ({ database, commands, faults }) => ({
    message: `A ${database} le falta lo que necesita ${commands}: ${faults}.`,
    remedy:
      'Revise los permisos del usuario sobre esas tablas, la versión de Sage 300 y que la base sea de una compañía. Solo esos comandos se detienen.',
  }),
  notAsked: ({ database }) => ({
    message: `No se pudo revisar en ${database}, porque SQL Server no responde.`,
    remedy: 'Resuelva primero la conexión con SQL Server.',
  }),
  fesaGood: ({ database, rfc, idCia }) => bien(`FESA conoce ${database}: compañía ${idCia}, RFC ${rfc}.`),
  fesaMissing: ({ database }) => ({
    message: `FESA no tiene a ${database} en ninguna compañía (parámetro DataBase de fesaParam).`,
    remedy: 'Registre en fesaParam los parámetros DataBase y RFCReceptor de la compañía.',
  }),
  fesaNoRfc: ({ database, idCia }) => ({
    message: `A la compañía ${idCia} (${database}) le falta el parámetro RFCReceptor en FESA.`,
    remedy: 'Registre en fesaParam el RFC de la compañía; sin él no se importan sus CFDI.',
  }),
  fesaSeveral: ({ database, pairs }) => ({
    message: `FESA tiene a ${database} más de una vez: ${pairs}.`,
    remedy: 'Deje en fesaParam una sola compañía por base de datos.',
  }),
  clockGood: ({ seconds }) => bien(`El reloj de este equipo y el de SQL Server difieren ${seconds} s.`),
  clockOff: ({ seconds }) => ({
    message: `El reloj de este equipo y el de SQL Server difieren ${seconds} s.`,
    remedy: 'Sincronice los relojes de los dos equipos (w32tm /resync).',
  }),
  inboxGood: ({ folder }) => bien(`En ${folder} se puede escribir, ver y renombrar.`),
  inboxBad: ({ folder, detail }) => ({
    message: `No se puede usar la carpeta de importación ${folder} (${detail}).`,
    remedy: 'Revise que exista, su espacio y los permisos de la cuenta del servicio.',
  }),
  inboxStaging: ({ folder, staging }) => ({
    message: `La carpeta de preparación ${staging} no está en el mismo volumen que ${folder}.`,
    remedy: 'Quite "staging" de COMPANIES o elija una carpeta del mismo volumen.',
  }),
  inboxNotSeen: ({ folder }) => ({
    message: `Lo que se escribe en ${folder} no aparece en la carpeta.`,
    remedy: 'Revise si es una carpeta de red con caché o si el antivirus retira los archivos.',
  }),
  archiveGood: ({ folder }) => bien(`El archivo de originales ${folder} se puede escribir.`),
  archiveBad: ({ folder, detail }) => ({
    message: `No se puede escribir en el archivo de originales ${folder} (${detail}).`,
    remedy: 'Revise ARCHIVE_PATH, su espacio y los permisos de la cuenta del servicio.',
  }),
  importerGood: ({ path }) => bien(`El programa de importación está en su lugar: ${path}.`),
  importerMissing: ({ path }) => ({
    message: `No se encuentra el programa de importación: ${path}.`,
    remedy: 'Revise IMPORTER_PATH y que Focaltec esté instalado en este equipo.',
  }),
  importerNotExecutable: ({ path }) => ({
    message: `El programa de importación no se puede ejecutar: ${path}.`,
    remedy: 'Revise los permisos de la cuenta del servicio sobre el archivo.',
  }),
  diskGood: ({ folder, gigabytes }) => bien(`Hay ${gigabytes} GB libres en ${folder}.`),
  diskLow: ({ folder, gigabytes }) => ({
    message: `Quedan ${gigabytes} GB libres en ${folder}.`,
    remedy: 'Libere espacio pronto.',
  }),
  diskFull: ({ folder, gigabytes }) => ({
    message: `Solo quedan ${gigabytes} GB libres en ${folder}.`,
    remedy: 'Libere espacio ahora: las descargas se detienen.',
  }),
  diskUnknown: ({ folder, detail }) => ({
    message: `No se pudo leer el espacio libre de ${folder} (${detail}).`,
    remedy: 'Revise que la carpeta exista y los permisos de la cuenta del servicio.',
  }),
  journalGood: ({ folder }) => bien(`El diario de comandos en ${folder} está sano.`),
  journalNew: ({ folder }) => bien(`El diario de comandos se creará en ${folder}.`),
  journalBad: ({ folder, detail }) => ({
    message: `No se puede usar el diario de comandos en ${folder} (${detail}).`,
    remedy: 'Revise AGENT_DATA, su espacio y sus permisos. Si está dañado, consérvelo y avise a soporte.',
  }),
  settingIgnored: ({ name, problem }) => ({
    message: `El valor de ${name} no es válido: ${problem}.`,
    remedy: `Corrija ${name} y reinicie el servicio.`,
  }),
  settingsGood: () => bien('La configuración es válida.'),
};
