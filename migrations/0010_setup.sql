-- The GitHub App as it was made on the setup page. `sealed` holds its private key, webhook secret and client secret.
CREATE TABLE app_credentials (
    id TEXT NOT NULL PRIMARY KEY,
    app_id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    owner TEXT NOT NULL,
    -- The number of the person it belongs to; none for an organisation.
    owner_id BIGINT,
    client_id TEXT NOT NULL,
    sealed TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What opens the setup page while there is no App: only hashes. `kind` is key (from the log, good once), visit (of the
-- browser that brought a key) or spent (a way to GitHub that was gone to its end).
CREATE TABLE setup_secrets (
    hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
