package mailout

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"

	"dankuwel/models"
)

// SendNow sends one mail past the outbox: what `check` writes to itself to see how the way out and back behaves.
func SendNow(ctx context.Context, server Server, envelopeSender, recipient string, raw []byte) error {
	c, err := dial(ctx, server, heloName(server.Username), usual)
	if err != nil {
		return err
	}
	defer c.quit()
	sum := sha256.Sum256(raw)
	m := &models.OutboxMail{EnvelopeSender: envelopeSender, Recipient: recipient, Raw: hex.EncodeToString(sum[:]), Size: int64(len(raw))}
	return c.send(ctx, m, bytes.NewReader(raw), func() bool { return true })
}
