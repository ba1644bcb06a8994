-- Who is signed in to the web view. Of the cookie only its SHA-256 is kept.
CREATE TABLE sessions (
    cookie_sha256 TEXT PRIMARY KEY,
    github_id BIGINT NOT NULL,
    login TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_seen_at ON sessions (seen_at);

-- Sign-ins under way: each is taken once, by the browser that began it.
CREATE TABLE sign_ins (
    state_sha256 TEXT PRIMARY KEY,
    browser_sha256 TEXT NOT NULL,
    back_to TEXT NOT NULL,
    begun_at BIGINT NOT NULL
);
CREATE INDEX sign_ins_begun_at ON sign_ins (begun_at);
