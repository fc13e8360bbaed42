/** A page of the gateway itself, with the product's head and header. */
export function layout(title: string, main: string, script = ''): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
    <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/assets/pages.css" />
    ${script}
  </head>
  <body>
    <header>
      <a class="brand" href="/"><img src="/assets/favicon.svg" alt="" width="28" height="28" />Rondo</a>
      <nav><a href="/docs">API reference</a></nav>
    </header>
    <main>
${main}
    </main>
  </body>
</html>
`;
}
