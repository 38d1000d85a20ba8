# The program on Node, without shell, package manager or root. docs/containers.md says how to run it.
#   docker build -t custos .
#   docker buildx build --platform linux/amd64,linux/arm64 -t custos .
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
ARG BASE_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

# What is made here is the same on every processor, so it is made on the builder's own.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run build
# The published package, less what only its readers and other systems need.
ARG TARGETARCH
RUN npm pack --ignore-scripts --pack-destination /tmp && mkdir -p /out/app /out/home \
 && tar -xzf /tmp/custos-kms-*.tgz -C /out/app --strip-components=1 \
 && cd /out/app && rm -rf docs examples CHANGELOG.md README.md SECURITY.md \
 && find dist -mindepth 1 -maxdepth 1 ! -name program ! -name console -exec rm -rf {} + \
 && find dist/program/sqlite/prebuilds -mindepth 1 -maxdepth 1 ! -name "linux-$(echo "$TARGETARCH" | sed s/amd64/x64/)" \
      -exec rm -rf {} + \
 && find . -name '*.musl.node' -delete && find . \( -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.map' \) -delete \
 && rm -rf /src

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title=Custos org.opencontainers.image.licenses=MIT
COPY --from=build /out/app /app
# Owned by the user, so that a new volume begins so as well.
COPY --from=build --chown=10001:10001 /out/home /var/lib/custos
ENV HOME=/var/lib/custos CUSTOS_HEALTH_PORT=9464
WORKDIR /var/lib/custos
VOLUME /var/lib/custos
USER 10001:10001
EXPOSE 9464 8645 8646
# For daemon and serve; the gateway answers at another port: compose.yaml.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/nodejs/bin/node", "-e", \
  "fetch(`http://127.0.0.1:${process.env.CUSTOS_HEALTH_PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/custos.js"]
CMD ["daemon"]
