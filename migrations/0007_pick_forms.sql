-- What a pick opens: pull, template (a pull request that fills the repository's template) or branch (a person opens the
-- pull request from there).
ALTER TABLE picks ADD COLUMN form TEXT NOT NULL DEFAULT 'pull';
-- The branch that was pushed for a person, and the one its pull request goes to.
ALTER TABLE picks ADD COLUMN branch TEXT;
ALTER TABLE picks ADD COLUMN target TEXT;
CREATE INDEX picks_branch ON picks (branch) WHERE branch IS NOT NULL;
