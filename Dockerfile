# Two stages on Debian 12: build, then the two binaries and the libraries that they load. Runs without root.
#
#   docker build -t gateway .
#   docker run -p 8000:8000 -v ./kong.yml:/usr/local/kong/declarative/kong.yml:ro gateway
#
# or bake the configuration in: FROM gateway, COPY kong.yml /etc/gateway/gateway.yml
FROM debian:12 AS build
WORKDIR /src
COPY ci/packages.txt ci/install ci/
RUN ci/install
COPY . .
RUN cmake --preset release && cmake --build --preset release --target gateway deckctl
RUN strip build/release/bin/gateway build/release/bin/deckctl

FROM debian:12-slim
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends ca-certificates libbrotli1 libc-ares2 libcpp-httplib0.11 libfmt9 libgit2-1.5 libluajit-5.1-2 libpcre2-8-0 libre2-9 libssl3 \
    libstdc++6 libyaml-cpp0.7 zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --no-create-home gateway \
 && install -d -o gateway /usr/local/kong /usr/local/kong/declarative /etc/gateway
COPY --from=build /src/build/release/bin/gateway /src/build/release/bin/deckctl /usr/local/bin/
USER gateway
# KONG_ names, so that both the KONG_ and the GATEWAY_ variables of whoever runs the image win.
ENV KONG_DATABASE=off \
    KONG_PROXY_ACCESS_LOG=/dev/stdout \
    KONG_PROXY_ERROR_LOG=/dev/stderr \
    KONG_ADMIN_ACCESS_LOG=/dev/stdout \
    KONG_ADMIN_ERROR_LOG=/dev/stderr
EXPOSE 8000 8443
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["gateway", "health"]
ENTRYPOINT ["gateway"]
