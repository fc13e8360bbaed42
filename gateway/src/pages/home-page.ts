import { serviceRegistry } from '@rondo/shared/service-registry';
import { escapeHtml } from '@rondo/shared/http/escape-html';
import { layout } from './layout.ts';

type Step = { title: string; command: string };

/** The page at `/`: what runs here, how it is, and what to do first. */
export function homePage(origin: string): string {
  const main = `      <section class="hero">
        <p class="status" id="status" data-state="checking" role="status">Checking the services…</p>
        <h1>Rondo is running</h1>
        <p class="lead">
          Rondo is an event-driven todo platform: each change is an event, kept in order and processed exactly once.
          This is its one address. The app is still to come; the API is here.
        </p>
      </section>
      <section aria-labelledby="first">
        <h2 id="first">First steps</h2>
        <ol class="steps">
${stepsAt(origin)
  .map((step) => stepItem(step))
  .join('\n')}
        </ol>
      </section>
      <section aria-labelledby="read">
        <h2 id="read">Read on</h2>
        <ul class="cards">
          ${card('/docs', 'API reference', 'Every operation, with examples. Try it with your token.')}
          ${card('/openapi.yaml', 'OpenAPI 3.1', 'The same as a document, to make a client from.')}
          ${card('/asyncapi.yaml', 'AsyncAPI 3', 'Topics and the live socket at /ws.')}
          ${card('/health/ready', 'Health', 'Each service and what it needs, as JSON.')}
        </ul>
      </section>
      <section aria-labelledby="services">
        <h2 id="services">Services</h2>
        <ul class="services">
${serviceRegistry.map(({ name }) => serviceItem(name)).join('\n')}
        </ul>
      </section>`;
  return layout('Rondo is running', main, '<script src="/assets/home.js" defer></script>');
}

function stepsAt(origin: string): Step[] {
  return [
    { title: "Get a token (in Rondo's folder)", command: 'TOKEN=$(npm run --silent token)' },
    {
      title: 'Create a task in plain words',
      command: `curl -s ${origin}/api/v1/tasks \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"quick_add":"Pay rent every month on the 1st at 9 #home"}'`,
    },
    {
      title: 'List your tasks',
      command: `curl -s ${origin}/api/v1/tasks \\
  -H "Authorization: Bearer $TOKEN"`,
    },
  ];
}

function stepItem({ title, command }: Step): string {
  return `          <li>
            <div class="head">
              <h3>${title}</h3>
              <button type="button" data-copy aria-label="Copy the command: ${title}">Copy</button>
            </div>
            <pre tabindex="0"><code>${escapeHtml(command)}</code></pre>
          </li>`;
}

function card(href: string, title: string, text: string): string {
  return `<li><a href="${href}"><strong>${title}</strong><span>${text}</span></a></li>`;
}

function serviceItem(name: string): string {
  return `          <li data-service="${name}" data-state="checking"><span>${name}</span><em>checking…</em></li>`;
}
