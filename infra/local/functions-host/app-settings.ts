/** App settings (environment variables) as bindings refer to them: `%NAME%` in texts, the name of a connection. */

export type AppSettings = Readonly<Record<string, string | undefined>>;

/** Puts app settings in place of each `%NAME%`. @throws when one is not set, as the real host does. */
export function resolveText(settings: AppSettings, text: string): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name];
    if (value === undefined) throw new Error(`'%${name}%' does not resolve to a value`);
    return value;
  });
}

/**
 * Finds a Service Bus connection string by the binding's `connection`: the setting `AzureWebJobs<name>`, then `<name>`; without
 * a name `AzureWebJobsServiceBus`.
 * @throws when there is none; identity-based connections (`<name>__fullyQualifiedNamespace`) need Azure and are refused.
 */
export function resolveServiceBusConnection(settings: AppSettings, connection: unknown): string {
  const name =
    typeof connection === 'string' && connection !== '' ? resolveText(settings, connection) : 'ServiceBus';
  const value = settings[`AzureWebJobs${name}`] || settings[name];
  if (value) return value;
  if (settings[`${name}__fullyQualifiedNamespace`]) {
    throw new Error(`connection "${name}" is identity-based, which only Azure can serve; set ${name}`);
  }
  throw new Error(`Microsoft.Azure.WebJobs.ServiceBus: Connection string '${name}' is missing or empty`);
}

/** Whether the app setting `AzureWebJobs.<function>.Disabled` (or its Linux form with `__`) switches a function off. */
export function isDisabled(settings: AppSettings, functionName: string): boolean {
  const value =
    settings[`AzureWebJobs.${functionName}.Disabled`] ?? settings[`AzureWebJobs__${functionName}__Disabled`];
  return value?.toLowerCase() === 'true' || value === '1';
}
