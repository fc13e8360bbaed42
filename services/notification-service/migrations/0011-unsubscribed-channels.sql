-- Who unsubscribed takes the confirmation back: the address needs a new one before the channel is turned on again.
UPDATE channels SET confirmed_at = NULL
  WHERE kind = 'email' AND NOT is_enabled AND disabled_reason = 'Unsubscribed with the link in an e-mail.';
ALTER TABLE channels ADD CONSTRAINT channels_confirmed CHECK (kind <> 'email' OR NOT is_enabled OR confirmed_at IS NOT NULL);
