# syntax=docker/dockerfile:1
# printdock as an image: one for the server, its workers and every other command.
#
#   docker build -t printdock .
#   docker run --read-only --tmpfs /tmp -v printdock:/var/lib/printdock -p 8000:8000 printdock
#
# Pages are built with Node, the wheel with its locked back end; what runs holds Python, the wheel and its locked
# dependencies, and nothing to build with.
ARG PYTHON_IMAGE=python:3.13-slim-bookworm
ARG NODE_IMAGE=node:24-bookworm-slim

# ---- the pages ------------------------------------------------------------------------------------------------------
FROM ${NODE_IMAGE} AS pages
WORKDIR /build
COPY scripts/web scripts/web
COPY requirements-node.lock ./
COPY web/package.json web/package-lock.json web/
RUN scripts/web install
COPY web web
RUN mkdir -p src/printdock/web && scripts/web build

# ---- the wheel, and what it needs -----------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS wheel
WORKDIR /build
# With no pkg-config data to find, pyvips installs as plain Python and uses the libvips that pyvips-binary brings.
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore PKG_CONFIG_LIBDIR=/nonexistent
COPY requirements-build.lock requirements.lock ./
RUN python -m venv /build/tools && /build/tools/bin/pip install --require-hashes -r requirements-build.lock
RUN /build/tools/bin/pip wheel --require-hashes --no-build-isolation --wheel-dir /build/wheels -r requirements.lock
RUN python -m venv --without-pip /opt/printdock \
  && /build/tools/bin/pip --python /opt/printdock/bin/python install --no-index --no-deps /build/wheels/*.whl
COPY pyproject.toml README.md LICENSE ./
COPY scripts/hatch_pages.py scripts/hatch_pages.py
COPY src src
COPY --from=pages /build/src/printdock/web/dist src/printdock/web/dist
RUN /build/tools/bin/python -m hatchling build -t wheel -d /build/dist \
  && /build/tools/bin/pip --python /opt/printdock/bin/python install --no-index --no-deps /build/dist/*.whl

# ---- what runs ------------------------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS runtime
LABEL org.opencontainers.image.title="printdock" \
  org.opencontainers.image.description="Designs in, print-ready files on the NAS, no duplicates, no losses." \
  org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 printdock \
  && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/printdock --shell /usr/sbin/nologin printdock \
  && install -d -o printdock -g printdock -m 0700 /var/lib/printdock
COPY --from=wheel /opt/printdock /opt/printdock
ENV PATH=/opt/printdock/bin:$PATH \
  PYTHONUNBUFFERED=1 \
  PYTHONDONTWRITEBYTECODE=1 \
  PRINTDOCK_HOME=/var/lib/printdock \
  PRINTDOCK_HOST=0.0.0.0 \
  PRINTDOCK_LOG_FORMAT=json
USER 10001:10001
WORKDIR /var/lib/printdock
# SQLite, the spool and files being uploaded: all else may be read-only, but for /tmp.
VOLUME ["/var/lib/printdock"]
EXPOSE 8000
STOPSIGNAL SIGTERM
# For the server; a worker has no such door and brings a check of its own (compose.yaml).
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-I", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ.get('PRINTDOCK_PORT', '8000') + '/readyz', timeout=4)"]
ENTRYPOINT ["printdock"]
CMD ["serve"]
