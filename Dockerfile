# docker build -t bakeoff . && docker run -p 8080:8080 -v bakeoff:/data bakeoff
# No shell, git or package manager is needed at run time; run it with --read-only.
ARG BASE=gcr.io/distroless/cc-debian12:nonroot

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends cmake make pkg-config && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --release --locked && mkdir /data

FROM ${BASE}
COPY --from=build /src/target/release/bakeoff /usr/local/bin/bakeoff
COPY --from=build --chown=65532:65532 /data /data
ENV BAKEOFF_LISTEN=0.0.0.0:8080 BAKEOFF_DATA_DIR=/data
EXPOSE 8080
VOLUME /data
ENTRYPOINT ["/usr/local/bin/bakeoff"]
CMD ["serve"]
