-- What the repository's own file decided when a round began.
ALTER TABLE rounds ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';
