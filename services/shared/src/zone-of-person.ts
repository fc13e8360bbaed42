/**
 * Where a person is: the zone of their settings, which they chose in the product, else that of the token of a request, which their
 * identity provider or a device wrote. Null if neither names one. A change of the settings moves what waits; so nothing may be read in
 * another zone meanwhile.
 */
export function zoneOfPerson(settingsZone: string | null, tokenZone: string | null): string | null {
  return settingsZone ?? tokenZone;
}

/** The zone of times that name none: that of the person, UTC only where it isn't known. */
export function zoneOf({ timeZone }: { timeZone: string | null }): string {
  return timeZone ?? 'UTC';
}
