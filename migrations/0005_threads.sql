-- In which thread a comment of ours stands, as `REPOSITORY#NUMBER`: how many there are is capped.
ALTER TABLE effects ADD COLUMN thread TEXT;
UPDATE effects SET thread = (SELECT t.repo_id || '#' || t.issue_number FROM tasks AS t WHERE t.id = effects.task_id)
WHERE task_id IS NOT NULL AND (key LIKE 'status:%' OR key LIKE 'candidate:%');
CREATE INDEX effects_thread ON effects (thread) WHERE thread IS NOT NULL;
