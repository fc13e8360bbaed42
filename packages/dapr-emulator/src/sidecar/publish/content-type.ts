// Dapr compares media types without parameters. `application/vnd.x+json` is not JSON for it.

export function isCloudEvent(contentType: string): boolean {
  return mediaTypeOf(contentType) === 'application/cloudevents+json';
}

export function isJson(contentType: string): boolean {
  return mediaTypeOf(contentType) === 'application/json';
}

export function isBinary(contentType: string): boolean {
  return mediaTypeOf(contentType) === 'application/octet-stream';
}

export function isText(contentType: string): boolean {
  return contentType.toLowerCase().startsWith('text/') || mediaTypeOf(contentType) === 'application/xml';
}

function mediaTypeOf(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).toLowerCase();
}
