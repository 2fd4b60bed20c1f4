#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <string>

#include "gateway/async/task.h"
#include "gateway/net/connector.h"
#include "gateway/net/listener.h"
#include "gateway/net/memory_stream.h"
#include "gateway/net/tls_stream.h"

namespace {

struct Identity {
  std::string certificate, key;
};

std::string text_of(BIO* bio) {
  char* data = nullptr;
  auto bytes = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<size_t>(bytes));
  BIO_free(bio);
  return text;
}

// Signed by itself, for `name`.
Identity make_identity(const std::string& name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, subject);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str());
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate, key, EVP_sha256());
  BIO *certificate_pem = BIO_new(BIO_s_mem()), *key_pem = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate_pem, certificate);
  PEM_write_bio_PrivateKey(key_pem, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return {text_of(certificate_pem), text_of(key_pem)};
}

async::Task<> echo(std::unique_ptr<net::Stream> inner, const net::TlsContext& context, std::string& sni) {
  auto stream = net::TlsStream::server(std::move(inner), context);
  auto shaking = stream->handshake(5'000);
  auto shaken = co_await shaking;
  if (!shaken) co_return;
  sni = stream->tls()->sni;
  net::Block block = stream->loop().buffers().take();
  while (true) {
    auto reading = stream->read(block.span(), 5'000);
    auto count = co_await reading;
    if (!count || *count == 0) co_return;
    std::string_view parts[] = {std::string_view(block.data(), 1), std::string_view(block.data() + 1, *count - 1)};
    auto writing = stream->write(parts, 5'000);
    auto written = co_await writing;
    if (!written) co_return;
  }
}

async::Task<std::string> send_all(net::TlsStream& stream, std::string_view sent) {
  auto writing = stream.write(sent, 5'000);
  auto written = co_await writing;
  if (!written) co_return "write failed";
  co_return "";
}

async::Task<std::string> call(std::unique_ptr<net::Stream> inner, const net::TlsContext& context,
                              net::TlsClientOptions options, std::string sent) {
  auto stream = net::TlsStream::client(std::move(inner), context, options);
  auto shaking = stream->handshake(5'000);
  auto shaken = co_await shaking;
  if (!shaken) co_return std::string(shaken.error().what);
  if (stream->tls()->alpn != "http/1.1") co_return "no ALPN";
  auto sending = send_all(*stream, sent);
  std::string answer;
  net::Block block = stream->loop().buffers().take();
  while (answer.size() < sent.size()) {
    auto reading = stream->read(block.span(), 5'000);
    auto count = co_await reading;
    if (!count || *count == 0) co_return "ended early";
    answer.append(block.data(), *count);
  }
  co_await sending;
  if (stream->idle_closed_or_readable()) co_return "not quiet";
  co_return answer;
}

struct Fixture {
  net::Loop loop;
  Identity identity = make_identity("gateway.example");
  std::unique_ptr<net::TlsContext> server = net::TlsContext::server(), client = net::TlsContext::client();
  std::string sni;
  Fixture() {
    REQUIRE(server->use_certificate(identity.certificate, identity.key));
    REQUIRE(client->trust(identity.certificate));
  }
  std::string finish(async::Task<std::string> task) {
    for (int i = 0; i < 3'000 && !task.done(); i++) loop.turn(10);
    return task.done() ? task.take() : "still waiting";
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "TLS over memory: what is sent comes back, in any segmentation") {
  for (size_t segment : {1u, 7u, 100'000u}) {
    CAPTURE(segment);
    auto [near, far] = net::MemoryStream::pair(loop);
    near->set_segments([segment] { return segment; });
    far->set_segments([segment] { return segment; });
    far->set_window_bytes(5'000);
    loop.spawn(echo(std::move(far), *server, sni));
    std::string sent(segment == 1 ? 3'000 : 200'000, 'x');
    for (size_t i = 0; i < sent.size(); i++) sent[i] = static_cast<char>('a' + i % 23);
    CHECK(finish(call(std::move(near), *client, {"gateway.example"}, sent)) == sent);
    CHECK(sni == "gateway.example");
  }
}

TEST_CASE_FIXTURE(Fixture, "TLS over TCP") {
  net::ListenOptions options;
  options.address = *net::Address::parse("127.0.0.1:0");
  auto listener = net::Listener::open(loop, options, [this](std::unique_ptr<net::Stream> stream) {
    loop.spawn(echo(std::move(stream), *server, sni));
  });
  REQUIRE(listener);
  struct Body {
    static async::Task<std::string> run(net::Loop& on, net::Address to, const net::TlsContext& context,
                                        std::string sent) {
      auto connecting = net::connect(on, to, 1'000);
      auto connected = co_await connecting;
      if (!connected) co_return "no connection";
      net::TlsClientOptions named;
      named.server_name = "gateway.example";
      auto calling = call(std::move(*connected), context, named, sent);
      co_return co_await calling;
    }
  };
  std::string sent(2'000'000, 'y');
  CHECK(finish(Body::run(loop, (*listener)->address(), *client, sent)) == sent);
}

TEST_CASE_FIXTURE(Fixture, "a certificate for another name, or of an unknown authority, is refused") {
  auto one = net::MemoryStream::pair(loop);
  loop.spawn(echo(std::move(one.second), *server, sni));
  CHECK(finish(call(std::move(one.first), *client, {"other.example"}, "x")) == "certificate refused");
  auto stranger = net::TlsContext::client();
  auto two = net::MemoryStream::pair(loop);
  loop.spawn(echo(std::move(two.second), *server, sni));
  CHECK(finish(call(std::move(two.first), *stranger, {"gateway.example"}, "x")) == "certificate refused");
  auto three = net::MemoryStream::pair(loop);
  loop.spawn(echo(std::move(three.second), *server, sni));
  CHECK(finish(call(std::move(three.first), *stranger, {"gateway.example", false}, "x")) == "x");
}

TEST_CASE_FIXTURE(Fixture, "a server may choose its certificate by name, and refuse") {
  auto chooser = net::TlsContext::server();
  chooser->choose_certificate([this](SSL* ssl, std::string_view name) {
    if (name != "gateway.example") return false;
    SSL_set_SSL_CTX(ssl, server->native());
    return true;
  });
  auto one = net::MemoryStream::pair(loop);
  loop.spawn(echo(std::move(one.second), *chooser, sni));
  CHECK(finish(call(std::move(one.first), *client, {"gateway.example"}, "x")) == "x");
  auto two = net::MemoryStream::pair(loop);
  loop.spawn(echo(std::move(two.second), *chooser, sni));
  CHECK(finish(call(std::move(two.first), *client, {"nobody.example"}, "x")) != "x");
}

TEST_CASE_FIXTURE(Fixture, "bytes that are not TLS end the handshake") {
  auto [near, far] = net::MemoryStream::pair(loop);
  far->put("HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK(finish(call(std::move(near), *client, {"gateway.example"}, "x")) == "handshake");
}
