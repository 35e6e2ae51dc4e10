# syntax=docker/dockerfile:1
# One file, a target a service: docker build --target tokenguard -t aiguards-tokenguard:dev .
# `make images` builds all. The last stages hold the interpreter, the program and what they load:
# no shell, no package manager, no compiler, no pip (deploy/image/).

# The index digest of python:3.12-slim for every platform, as builds logged it in 2026-08
# (docs/containers.md says how it was found). Renew it with
#   docker buildx imagetools inspect python:3.12-slim
ARG PYTHON_IMAGE=python:3.12-slim@sha256:78387bc3881b8273120a12ebe6c1ab22b018ccc2c9adf565ae1ac9b536e184ea

FROM ${PYTHON_IMAGE} AS packages
# binutils: strip. Its version is the base image's, which is pinned.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends binutils ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.lock ./
# Behind a mirror: --secret id=pip,src=pip.conf --secret id=ca,src=ca.pem. They leave no layer.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=secret,id=ca,target=/run/secrets/ca.pem \
    python3 -m pip install --no-cache-dir --no-compile --no-deps --require-hashes \
        --disable-pip-version-check --root-user-action=ignore \
        --target /opt/aiguardian/lib -r requirements.lock
COPY deploy/image/ ./image/
RUN python3 image/trimming.py /opt/aiguardian/lib \
    && python3 image/root_tree.py --packages /opt/aiguardian/lib --to /rootfs \
    && python3 image/bytecode.py --strip /rootfs --alone /rootfs/usr /opt/aiguardian/lib \
    && install -d -m 0700 /homes/aiguardian

FROM packages AS program
ARG VERSION=0.1.0
COPY src/aiguardian /opt/aiguardian/app/aiguardian
RUN python3 image/bytecode.py --beside /opt/aiguardian/app \
    && python3 image/bill_of_materials.py --lock requirements.lock --version "${VERSION}" \
        --packages /opt/aiguardian/lib --root /rootfs > /opt/aiguardian/sbom.json

FROM scratch AS base
COPY --from=packages /rootfs/ /
COPY --from=packages --chown=10001:10001 /homes/ /var/lib/
COPY --from=packages /opt/aiguardian/lib /opt/aiguardian/lib
COPY LICENSE NOTICE /opt/aiguardian/
COPY deploy/certificates/ /opt/aiguardian/certificates/
COPY --from=program /opt/aiguardian/sbom.json /opt/aiguardian/sbom.json
COPY --from=program /opt/aiguardian/app /opt/aiguardian/app
ENV PATH=/usr/local/bin:/usr/bin \
    PYTHONPATH=/opt/aiguardian/app:/opt/aiguardian/lib \
    PYTHONDONTWRITEBYTECODE=1 \
    ORT_DISABLE_TELEMETRY=1 \
    HOST=0.0.0.0 \
    AIGUARDIAN_HOME=/var/lib/aiguardian
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="AIGuardian" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}"
USER 10001:10001
WORKDIR /var/lib/aiguardian
# The only places that are written to. Fargate mounts its volumes as root's own; one that the image
# declares takes over who owns the folder here, and its mode: 1777, and 0700 of user 10001.
VOLUME ["/tmp", "/var/lib/aiguardian"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["aiguardian", "healthcheck"]
ENTRYPOINT ["aiguardian"]

FROM base AS gateway
LABEL org.opencontainers.image.title="aiguards-gateway"
ENV PORT=8000
EXPOSE 8000
CMD ["serve"]

FROM base AS tokenguard
LABEL org.opencontainers.image.title="aiguards-tokenguard"
ENV PORT=8001
EXPOSE 8001
CMD ["guard", "tokenguard"]

FROM base AS trustguard
LABEL org.opencontainers.image.title="aiguards-trustguard"
ENV PORT=8002
EXPOSE 8002
CMD ["guard", "trustguard"]

FROM base AS contextguard
LABEL org.opencontainers.image.title="aiguards-contextguard"
ENV PORT=8003
EXPOSE 8003
CMD ["guard", "contextguard"]

FROM base AS biasguard
LABEL org.opencontainers.image.title="aiguards-biasguard"
ENV PORT=8004
EXPOSE 8004
CMD ["guard", "biasguard"]

FROM base AS securityguard
LABEL org.opencontainers.image.title="aiguards-securityguard"
ENV PORT=8005
EXPOSE 8005
CMD ["guard", "securityguard"]

FROM base AS healthguard
LABEL org.opencontainers.image.title="aiguards-healthguard"
ENV PORT=8006
EXPOSE 8006
CMD ["guard", "healthguard"]
