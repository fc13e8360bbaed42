import fc from 'fast-check';

/** Zones of whole, half and quarter hours, of both hemispheres, with unusual clock changes. */
export const anyZone = fc.constantFrom(
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Africa/Casablanca',
  'Asia/Gaza',
  'UTC',
);
