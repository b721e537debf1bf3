# One image per service: docker build --target gateway (or data, or prediction).
# Each contains only shared/, the service's own folder and its packages, and no pip.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

# Installs the packages; nothing of this stage is in an image.
FROM ${PYTHON_IMAGE} AS installer
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1
COPY requirements/uv.txt /requirements/
RUN python -m venv /installer && /installer/bin/pip install --quiet --require-hashes -r /requirements/uv.txt \
 && python -m venv --without-pip /venv
COPY requirements/ /requirements/

# The packages' tests would be a seventh of an image; numpy imports some of its own, so they stay.
FROM installer AS deps-gateway
RUN /installer/bin/uv pip install --quiet --python /venv/bin/python --require-hashes -r /requirements/gateway.txt \
 && find /venv/lib -type d -name tests -not -path '*/numpy/*' -prune -exec rm -rf {} +

FROM installer AS deps-data
RUN /installer/bin/uv pip install --quiet --python /venv/bin/python --require-hashes -r /requirements/data.txt \
 && find /venv/lib -type d -name tests -not -path '*/numpy/*' -prune -exec rm -rf {} +

FROM installer AS deps-prediction
RUN /installer/bin/uv pip install --quiet --python /venv/bin/python --require-hashes -r /requirements/prediction.txt \
 && find /venv/lib -type d -name tests -not -path '*/numpy/*' -prune -exec rm -rf {} +

# The code, compiled, because the file system is read-only at run time; unchecked, because COPY may change file times. Every
# user may read it: a clone may be for its owner only (umask 077).
FROM ${PYTHON_IMAGE} AS code
WORKDIR /app
COPY shared/ shared/
COPY gateway/ gateway/
COPY services/ services/
RUN chmod -R a+rX . && python -m compileall -q --invalidation-mode unchecked-hash .

# The base of all three: Python without pip, no setuid files, and an unprivileged user.
FROM ${PYTHON_IMAGE} AS base
RUN find /usr/bin /usr/lib /usr/local \( -path '*-packages/*' \( -name 'pip*' -o -name 'setuptools*' -o -name 'wheel*' \
      -o -name 'pkg_resources*' -o -name '*distutils*' \) -o -name ensurepip -o -path '*/bin/pip*' \) -prune -exec rm -rf {} + \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
 && groupadd --gid 10001 bellwether \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin bellwether \
 && install --directory --owner 10001 --group 10001 /var/lib/bellwether
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app
STOPSIGNAL SIGTERM
USER 10001:10001

FROM base AS gateway
COPY --from=deps-gateway /venv /venv
COPY --from=code /app/shared shared
COPY --from=code /app/gateway gateway
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=30s --start-period=30m --retries=6 \
    CMD ["python", "-m", "shared.probe", "http://127.0.0.1:8000/healthz"]
CMD ["uvicorn", "--factory", "gateway.app:create_app", "--host", "0.0.0.0", "--port", "8000", \
     "--no-access-log", "--no-server-header", "--no-proxy-headers", "--timeout-graceful-shutdown", "6"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Bellwether gateway" \
      org.opencontainers.image.description="The public API: contract, documentation, limits." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

FROM base AS data
COPY --from=deps-data /venv /venv
COPY --from=code /app/shared shared
COPY --from=code /app/services/data services/data
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=30s --start-period=30m --retries=6 \
    CMD ["python", "-m", "shared.probe", "http://127.0.0.1:8001/healthz"]
CMD ["uvicorn", "--factory", "services.data.app:create_app", "--host", "0.0.0.0", "--port", "8001", \
     "--no-access-log", "--no-server-header", "--no-proxy-headers", "--timeout-graceful-shutdown", "6"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Bellwether data service" \
      org.opencontainers.image.description="Owns daily bars: loads, checks, stores, caches and serves them." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

FROM base AS prediction
COPY --from=deps-prediction /venv /venv
COPY --from=code /app/shared shared
COPY --from=code /app/services/prediction services/prediction
EXPOSE 8002
HEALTHCHECK --interval=10s --timeout=30s --start-period=30m --retries=6 \
    CMD ["python", "-m", "shared.probe", "http://127.0.0.1:8002/healthz"]
CMD ["uvicorn", "--factory", "services.prediction.app:create_app", "--host", "0.0.0.0", "--port", "8002", \
     "--no-access-log", "--no-server-header", "--no-proxy-headers", "--timeout-graceful-shutdown", "6"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Bellwether prediction service" \
      org.opencontainers.image.description="Owns the models: fits, scores and forecasts." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
