const refreshMs = 5000;
const sentences = {
  ready: 'All services are ready',
  degraded: 'Ready, with a delay',
  unavailable: 'Some services do not answer',
};

function show(element, state, text) {
  element.dataset.state = state;
  element.textContent = text;
}

async function refresh() {
  const readiness = await fetch('/health/ready')
    .then((answer) => answer.json())
    .catch(() => ({ status: 'unavailable', services: {} }));
  const { status, services, problem } = readiness;
  show(document.querySelector('#status'), status, problem ?? sentences[status] ?? status);
  for (const item of document.querySelectorAll('[data-service]')) {
    const state = services[item.dataset.service]?.status ?? 'unavailable';
    item.dataset.state = state;
    item.querySelector('em').textContent = state;
  }
}

async function copy({ currentTarget: button }) {
  await navigator.clipboard.writeText(button.closest('li').querySelector('code').textContent);
  button.textContent = 'Copied';
  setTimeout(() => (button.textContent = 'Copy'), 2000);
}

for (const button of document.querySelectorAll('[data-copy]'))
  button.addEventListener('click', (event) => void copy(event));
void refresh();
setInterval(() => document.hidden || void refresh(), refreshMs);
