import { WINDOWS_TO_IANA_MAP } from 'windows-iana';
import { offsetMs } from '@rondo/time/zone';
import { hourMs, minuteMs } from '@rondo/time/units';

/** The names of Windows with the IANA zone that is meant everywhere (CLDR `windowsZones`, territory 001). */
const zones = new Map<string, string>(
  WINDOWS_TO_IANA_MAP.filter(({ territory }) => territory === '001').flatMap(
    ({ windowsName, iana: [zone] }) => (zone === undefined ? [] : [[windowsName.toLowerCase(), zone]]),
  ),
);

/** The IANA zones of Windows: at least one for each set of rules that is in use. */
export const zonesOfWindows: readonly string[] = [...new Set(zones.values())];

/** The IANA zone of a name that Windows and Outlook write: a key such as `W. Europe Standard Time`, or what they show. */
export function zoneOfWindows(name: string): string | undefined {
  return zones.get(name.trim().toLowerCase()) ?? zoneOfShownName(name);
}

/** "(UTC+01:00) Amsterdam, Berlin" or "(GMT-08:00) Pacific Time (US & Canada)" */
function zoneOfShownName(name: string): string | undefined {
  const [, sign, hours = '0', minutes = '0', places] =
    /^\((?:UTC|GMT)(?:([+-])(\d\d?)[:.]?(\d\d)?)?\)\s*(.+)$/i.exec(name.trim()) ?? [];
  if (places === undefined) return undefined;
  const [, ofAmerica] = /^([\w ]+?) Time \((?:US|Canada)/i.exec(places) ?? [];
  const key = ofAmerica === undefined ? undefined : zones.get(`${ofAmerica.toLowerCase()} standard time`);
  if (key !== undefined) return key;
  const offset = (Number(hours) * hourMs + Number(minutes) * minuteMs) * (sign === '-' ? -1 : 1);
  return places
    .split(',')
    .map((place) => zoneOfPlace(place.trim()))
    .find((zone) => zone !== undefined && hasStandardOffset(zone, offset));
}

/** Whether a zone has this offset in January or in July. */
function hasStandardOffset(zone: string, offset: number): boolean {
  return [Date.UTC(2_026, 0, 1), Date.UTC(2_026, 6, 1)].some((instant) => offsetMs(instant, zone) === offset);
}

let places: Map<string, string> | undefined;

/** The zone that is named after a city. */
function zoneOfPlace(place: string): string | undefined {
  if (/^coordinated universal time$/i.test(place)) return 'UTC';
  places ??= new Map(
    [...Intl.supportedValuesOf('timeZone'), ...zonesOfWindows].map((zone) => [
      (zone.split('/').at(-1) ?? '').replaceAll('_', ' ').toLowerCase(),
      zone,
    ]),
  );
  return places.get(place.toLowerCase());
}
