import type { Channel, Message } from '../domain/channel.ts';
import { chatTextOf, linesOf, type ChatText } from './chat-text.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { httpOutcome } from './http-outcome.ts';

/** The address of an incoming webhook of Slack, or of a server that understands the same, such as Mattermost. */
export type SlackTarget = { url: string };

/** Slack advises at most 4,000 characters (docs.slack.dev/reference/methods/chat.postMessage, "Truncating content"). */
const maxLength = 4_000;

/**
 * Sends messages to an incoming webhook of Slack (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). `&`, `<`
 * and `>` are escaped, which makes mentions such as `<!channel>` text (docs.slack.dev/messaging/formatting-message-text,
 * "Escaping text"); with `mrkdwn` false, the text has no other formatting.
 */
export function createSlackChannel({ http }: { http: GuardedFetch }): Channel<SlackTarget> {
  return {
    async send(message, { url }, { now, workspaceId }) {
      const answer = await http.post(url, {
        workspaceId,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          text: slackTextOf(message),
          mrkdwn: false,
          link_names: false,
          unfurl_links: false,
          unfurl_media: false,
        }),
      });
      return httpOutcome(answer, { now });
    },
  };
}

function slackTextOf(message: Message): string {
  const { url } = message;
  const render = ({ title, body }: ChatText) =>
    linesOf(escapeControls(title), escapeControls(body), url && `<${escapeControls(url)}|Open in Rondo>`);
  return render(chatTextOf(message, (text) => render(text).length <= maxLength));
}

/** Only these three: Slack shows other entities as they are written. */
function escapeControls(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
