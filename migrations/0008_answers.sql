-- Answers kept for an Idempotency-Key: the same request again gets the same answer.
CREATE TABLE answers (
    token TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_mac TEXT NOT NULL,
    attempt TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    status BIGINT,
    location TEXT,
    sealed_body TEXT,
    PRIMARY KEY (token, idempotency_key)
);
CREATE INDEX answers_begun_at ON answers (begun_at);
