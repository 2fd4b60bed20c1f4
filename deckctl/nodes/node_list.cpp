#include "deckctl/nodes/node_list.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <set>

#include "deckctl/nodes/node_file.h"
#include "schema/report.h"

namespace deckctl {

namespace {

bool complain(const std::string& text) {
  std::fprintf(stderr, "deckctl: %s\n", text.c_str());
  return false;
}

}  // namespace

void NodeOptions::add_options(CLI::App& command) {
  command.add_option("--node,--kong-addr", urls, "a node's Admin API: http://HOST:PORT, https://..., or unix:PATH; may be given again (else DECK_KONG_ADDR)")->allow_extra_args(false);
  command.add_option("--nodes", file, "a YAML file that lists nodes");
  command.add_option("--node-tag", tags, "of that file, only nodes with this tag; may be given again")->allow_extra_args(false);
  command.add_option("--headers", headers, "name:value, sent with each request; may be given again")->allow_extra_args(false)->envname("DECK_HEADERS");
  command.add_option("--token,--kong-admin-token", admin_token, "shown to nodes as the header Kong-Admin-Token (else DECKCTL_TOKEN)")->envname("DECK_KONG_ADMIN_TOKEN");
  command.add_option("--timeout", timeout_s, "seconds that each step may take on a node: asking it, a dry run, a load")->envname("DECK_TIMEOUT")->check(CLI::Range(1, 3600))->capture_default_str();
  command.add_flag("--tls-skip-verify", tls_skip_verify, "do not check the certificates of nodes")->envname("DECK_TLS_SKIP_VERIFY");
  command.add_option("--ca-cert,--ca-cert-file", ca_cert, "trusted certificates: a file, or the PEM text")->envname("DECK_CA_CERT");
  command.add_option("--tls-client-cert,--tls-client-cert-file", client_cert, "our certificate: a file, or the PEM text")->envname("DECK_TLS_CLIENT_CERT");
  command.add_option("--tls-client-key,--tls-client-key-file", client_key, "its key: a file, or the PEM text")->envname("DECK_TLS_CLIENT_KEY");
}

bool NodeOptions::addresses(std::vector<NodeAddress>& all, const schema::Environment& environment) const {
  NodeAddress common;
  common.timeout_s = timeout_s;
  common.tls_skip_verify = tls_skip_verify;
  common.ca_cert = ca_cert;
  common.client_cert = client_cert;
  common.client_key = client_key;
  for (const std::string& header : headers)
    if (const std::string wrong = add_header(header, common); !wrong.empty()) return complain("--headers: " + wrong);
  const std::string token = admin_token.empty() ? environment("DECKCTL_TOKEN").value_or("") : admin_token;
  if (!token.empty())
    if (const std::string wrong = add_header("Kong-Admin-Token:" + token, common); !wrong.empty()) return complain("--token: " + wrong);

  std::vector<std::string> wanted = urls;
  const auto usual = environment("DECK_KONG_ADDR");
  if (!named() && usual && !usual->empty()) wanted.push_back(*usual);
  for (size_t i = 0; i < wanted.size(); ++i) {
    NodeAddress address = common;
    if (const std::string wrong = parse_url(wanted[i], address); !wrong.empty()) return complain("--node, the " + std::to_string(i + 1) + ". one: " + wrong);
    all.push_back(std::move(address));
  }
  if (!file.empty()) {
    schema::Problems problems;
    const schema::Document document = read_node_file(file, common, tags, environment, all, problems);
    problems.sort();
    const std::string text = schema::report(problems, document, schema::Format::text);
    std::fwrite(text.data(), 1, text.size(), stderr);
    if (problems.any_error()) return false;
  }
  if (all.empty()) return complain(file.empty() ? "name a node: --node URL or --nodes FILE" : "no node of " + file + " has such a tag");
  std::set<std::string> names;
  for (const NodeAddress& address : all)
    if (!names.insert(address.name).second) return complain("the node " + address.name + " is named twice");
  return true;
}

bool NodeOptions::open(std::vector<std::unique_ptr<RemoteNode>>& nodes, const schema::Environment& environment) const {
  std::vector<NodeAddress> all;
  if (!addresses(all, environment)) return false;
  for (const NodeAddress& address : all) {
    std::string wrong;
    auto transport = connect_http(address, wrong);
    if (transport == nullptr) return complain(address.name + ": " + wrong);
    nodes.push_back(std::make_unique<RemoteNode>(address.name, address.timeout_s, std::move(transport)));
  }
  return true;
}

}  // namespace deckctl
