# The image of `seatbridge serve`. Build: docker build -t seatbridge .
# With PostgreSQL beside it: docker-compose.yml.

FROM rust:1.95-slim-bookworm AS build
# Both database clients and their OpenSSL are compiled in; OpenSSL's own build asks for make and perl.
RUN apt-get update \
    && apt-get install -y --no-install-recommends make perl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# Named one by one, so that secrets/, target/ and the data of a trial run never enter a layer.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY migrations migrations
COPY scim-schemas scim-schemas
COPY src src
# The stories are part of the binary.
COPY tests/stories tests/stories
# The caches spare the dependencies at the next build; they are not part of the image, hence the copy.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked \
    && cp target/release/seatbridge /usr/local/bin/seatbridge

FROM debian:bookworm-slim
# Certificates of Apollo, of Entra's keys and of a managed PostgreSQL are proven against these.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin seatbridge \
    && install -d -o seatbridge -g seatbridge -m 0700 /data
COPY --from=build /usr/local/bin/seatbridge /usr/local/bin/seatbridge
USER seatbridge
# The embedded database lands below the working directory; with PostgreSQL nothing is written here.
WORKDIR /data
VOLUME /data
EXPOSE 8080
# Asks the server's own /readyz, so the image needs no curl. The start period leaves room for migrations.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["seatbridge", "healthcheck"]
ENTRYPOINT ["seatbridge"]
# Every interface of the container: what the world may reach is decided where its port is published.
CMD ["serve", "--listen", "0.0.0.0:8080"]
