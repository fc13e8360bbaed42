/** Scalar writes its styles into the page, and shows icons from `data:` addresses. Nothing comes from elsewhere. */
export const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The API reference of the whole product. */
export const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Rondo API reference</title>
    <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/assets/docs.css" />
  </head>
  <body>
    <div id="reference"></div>
    <noscript>
      This page needs JavaScript. Without it, read <a href="/openapi.yaml">the OpenAPI document</a>.
    </noscript>
    <script src="/docs/reference.js"></script>
    <script src="/assets/docs.js"></script>
  </body>
</html>
`;
