"""Starts the program on a small database of its own and lets schemathesis ask it: fuzz_api.py BINARY SECONDS.

The same file is schemathesis' hooks: most ids it makes up are replaced by ones that exist.
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

TOKEN = "bko_the-token-of-the-fuzzer-0123456789abcdefghij"
KNOWN = json.loads(os.environ.get("FUZZ_IDS", "{}"))
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
]

if KNOWN:
    import schemathesis

    def chosen(kind, made_up):
        """Three of four become an id that exists; which ones is decided by the made-up value."""
        known = KNOWN.get(kind)
        number = sum(str(made_up).encode("utf-8", "replace"))
        return known[number % len(known)] if known and number % 4 else made_up

    @schemathesis.hook
    def map_path_parameters(context, path_parameters):
        parts = context.operation.path.split("/")
        kind = parts[2] if len(parts) > 2 else ""
        for name in path_parameters or {}:
            path_parameters[name] = chosen("prs" if name == "pr_id" else kind, path_parameters[name])
        return path_parameters

    @schemathesis.hook
    def map_query(context, query):
        if query and "repo_id" in query:
            query["repo_id"] = chosen("repos", query["repo_id"])
        return query

    @schemathesis.hook
    def map_body(context, body):
        if isinstance(body, dict):
            for name, kind in (("repo_id", "repos"), ("selected_run_id", "runs"), ("message_id", "messages")):
                if isinstance(body.get(name), str):
                    body[name] = chosen(kind, body[name])
            if isinstance(body.get("model_ids"), list):
                body["model_ids"] = [chosen("models", one) for one in body["model_ids"]]
        return body


def call(base, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(base + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def repository(place):
    def git(*words):
        who = ["-c", "user.name=Fuzzer", "-c", "user.email=fuzzer@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *words], cwd=place, check=True, capture_output=True)

    place.mkdir()
    git("init", "-b", "main")
    (place / "greet.py").write_text("def greet(name):\n    return 'Helo, ' + name\n")
    git("add", ".")
    git("commit", "-m", "First")
    return f"file://{place}"


def seeded(base, url):
    repo = call(base, "POST", "/v1/repos/clone", {"repo_url": url})["id"]
    model = {"provider": "openai_compatible", "model_name": "none", "api_key": "sk-fuzz-0123456789", "free": True}
    model = call(base, "POST", "/v1/models", model | {"alias": "none", "base_url": "http://127.0.0.1:9/v1"})["id"]
    tasks = [call(base, "POST", "/v1/tasks", {"repo_id": repo, "title": f"Task {n}"})["id"] for n in range(3)]
    said = {"role": "user", "content": "Spell it right"}
    messages = [call(base, "POST", f"/v1/tasks/{task}/messages", said)["id"] for task in tasks]
    wish = {"instruction": "Spell it right", "model_ids": [model, model]}
    runs = call(base, "POST", f"/v1/tasks/{tasks[0]}/runs", wish)["run_ids"]
    return {"repos": [repo], "models": [model], "tasks": tasks, "messages": messages, "runs": runs}


def ready(base, server):
    for _ in range(600):
        if server.poll() is not None:
            sys.exit(f"the program ended with {server.returncode} before it was ready")
        try:
            return call(base, "GET", "/readyz")
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    sys.exit("the program was not ready within a minute")


def fuzz(base, ids, folder, seconds):
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{base}/openapi.json"]
    command += ["--header", f"Authorization: Bearer {TOKEN}", "--checks", ",".join(CHECKS)]
    command += ["--max-time", str(seconds), "--max-examples", "30", "--workers", "1", "--request-timeout", "40"]
    command += ["--suppress-health-check", "all", "--generation-database", "none", "--no-color", "--warnings", "off"]
    command += ["--no-shrink"]
    ours = pathlib.Path(__file__).resolve()
    hooks = {"FUZZ_IDS": json.dumps(ids), "SCHEMATHESIS_HOOKS": ours.stem, "PYTHONPATH": str(ours.parent)}
    env = os.environ | hooks | {"PYTHONDONTWRITEBYTECODE": "1"}
    for _ in range(3):
        done = subprocess.run(command, cwd=folder, env=env, timeout=seconds + 60, capture_output=True, text=True)
        print(done.stdout, done.stderr, sep="", flush=True)
        # Python 3.11 breaks so when threads parse at once; that says nothing about the program.
        if done.returncode == 0 or "AST constructor recursion depth mismatch" not in done.stdout:
            break
    return done.returncode


def main(binary, seconds):
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        folder = pathlib.Path(folder)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        base = f"http://127.0.0.1:{port}"
        settings = {
            "LISTEN": f"127.0.0.1:{port}",
            "DATA_DIR": str(folder / "data"),
            "ADMIN_TOKEN": TOKEN,
            "WEB_AUTH": "local",
            "GITHUB_URL": "http://127.0.0.1:9",
            "GITHUB_WEBHOOK_SECRETS": "the-webhook-secret-of-the-fuzzer",
            "ALLOW_LOCAL_REPOS": "true",
            "ALLOWED_MODEL_HOSTS": "127.0.0.1:9",
        }
        plain = {name: value for name, value in os.environ.items() if not name.startswith("BAKEOFF_")}
        env = plain | {f"BAKEOFF_{name}": value for name, value in settings.items()} | {"RUST_LOG": "error"}
        url = repository(folder / "hello")
        server = subprocess.Popen([pathlib.Path(binary).resolve(), "serve"], cwd=folder, env=env)
        try:
            ready(base, server)
            code = fuzz(base, seeded(base, url), folder, seconds)
            if server.poll() is not None:
                sys.exit(f"the program ended with {server.returncode} while it was asked")
            return code
        finally:
            server.terminate()
            try:
                server.wait(timeout=5)
            except subprocess.TimeoutExpired:  # What is under way may take longer to end; nobody needs it.
                server.kill()
                server.wait(timeout=60)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
