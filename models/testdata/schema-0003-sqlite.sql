-- What staff do by mail.
ALTER TABLE drafts ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE drafts ADD COLUMN wishes TEXT NOT NULL DEFAULT '{}';   -- JSON: what the action asks for beside the letter
ALTER TABLE tokens ADD COLUMN first_token TEXT NOT NULL DEFAULT '';   -- of a confirmation: what the mail bore that it asks about
ALTER TABLE tokens ADD COLUMN first_code TEXT NOT NULL DEFAULT '';
