# The shop in two images from one file: `shop` (every process of the shop) and `front` (Caddy with
# this shop's Caddyfile). docker-compose.yml builds both. Nothing here is secret: secrets come
# from the environment when a container starts.

ARG PYTHON_IMAGE=python:3.12.13-slim-trixie@sha256:229a2c5bfa27522db7815ea81f9bed70af17ccb9de9fc7ad142b1877b5830d36
ARG CADDY_IMAGE=caddy:2.11.7-alpine@sha256:d8542f48d34a9cf4e4c11a478865229840e87e4c96ea3f439101f31a5d35f75f

# ── The environment: what production needs, at the versions and hashes of the lock ──────────────
FROM ${PYTHON_IMAGE} AS environment

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /opt/vitrine
RUN python -m venv .venv
# Before the code, so that a change of the code leaves this layer as it is.
COPY deploy/requirements.lock deploy/requirements.lock
RUN .venv/bin/python -m pip install --require-hashes --only-binary=:all: -r deploy/requirements.lock
COPY pyproject.toml README.md LICENSE requirements.lock ./
COPY app app
COPY sitegen sitegen
COPY jobs jobs
COPY templates templates
COPY static static
COPY locales locales
COPY deploy deploy
# As `make setup` does it: templates and static files lie beside the code.
RUN .venv/bin/python -m pip install --no-deps --no-build-isolation -e . \
    && .venv/bin/python -m compileall -q app sitegen jobs

# ── The shop: no compiler, no cache, and a user who may write to /data alone ────────────────────
FROM ${PYTHON_IMAGE} AS shop

RUN groupadd --system --gid 10001 vitrine \
    && useradd --system --uid 10001 --gid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin vitrine \
    # A new volume takes its owner from the folder that it covers.
    && install --directory --owner 10001 --group 10001 /data /data/sandbox /data/mail
COPY --from=environment /opt/vitrine /opt/vitrine
ENV PATH=/opt/vitrine/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VITRINE_ENV=production \
    VITRINE_DATA=/data
WORKDIR /opt/vitrine
USER 10001:10001
ENTRYPOINT ["vitrine"]
CMD ["--help"]

# ── The front: Caddy, the Caddyfile, and certificates in a volume ────────────────────────────────
FROM ${CADDY_IMAGE} AS front

RUN mkdir -p /data/caddy /config/caddy && chown -R 10001:10001 /data /config
COPY deploy/Caddyfile /etc/caddy/Caddyfile
USER 10001:10001
CMD ["caddy", "run", "--adapter", "caddyfile", "--config", "/etc/caddy/Caddyfile"]
