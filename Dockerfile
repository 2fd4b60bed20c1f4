# Two stages on Debian 12: build, then the two binaries and the libraries they load. Runs without root.
FROM debian:12 AS build
WORKDIR /src
COPY ci/packages.txt ci/install ci/
RUN ci/install
COPY . .
RUN cmake --preset release && cmake --build --preset release --target gateway deckctl

FROM debian:12-slim
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends ca-certificates libc-ares2 libfmt9 libgit2-1.5 libpcre2-8-0 libre2-9 libssl3 libyaml-cpp0.7 libcpp-httplib0.11 curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --no-create-home gateway \
 && install -d -o gateway /usr/local/kong/declarative /etc/gateway
COPY --from=build /src/build/release/bin/gateway /src/build/release/bin/deckctl /usr/local/bin/
USER gateway
ENV GATEWAY_DATABASE=off \
    GATEWAY_DECLARATIVE_CONFIG=/usr/local/kong/declarative/kong.yml \
    GATEWAY_PROXY_ERROR_LOG=/dev/stderr \
    GATEWAY_STATUS_LISTEN=127.0.0.1:8007
EXPOSE 8000 8443
HEALTHCHECK --interval=10s --timeout=3s CMD curl -fsS http://127.0.0.1:8007/status/ready || exit 1
ENTRYPOINT ["gateway"]
