-- What the last look counted of 👍 and 👎 on a candidate's comment: who reacted is asked only when these change.
ALTER TABLE watches ADD COLUMN thumbs_up BIGINT NOT NULL DEFAULT 0;
ALTER TABLE watches ADD COLUMN thumbs_down BIGINT NOT NULL DEFAULT 0;
-- The number of the pull request that took this one's merge back, and when that was merged.
ALTER TABLE pulls ADD COLUMN reverted_by BIGINT;
ALTER TABLE pulls ADD COLUMN reverted_at BIGINT;
-- Why a run failed, as a word; NULL where nobody wrote it down.
ALTER TABLE runs ADD COLUMN failure TEXT;
