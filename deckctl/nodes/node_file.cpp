#include "deckctl/nodes/node_file.h"

#include <algorithm>
#include <filesystem>

namespace deckctl {

namespace {

using schema::Kind;
using schema::Value;

class NodeFile {
 public:
  NodeFile(std::filesystem::path folder, const std::vector<std::string>& tags, schema::Problems& problems) : folder_(std::move(folder)), tags_(tags), problems_(problems) {}

  void read(const Value& list, const NodeAddress& common, std::vector<NodeAddress>& nodes) {
    if (!list.is_array()) return wrong(list, "expected a list of nodes");
    for (const Value& item : list.items()) {
      path_ = {std::string("nodes"), static_cast<size_t>(&item - list.items().data())};
      NodeAddress node = common;
      if (read_node(item, node)) nodes.push_back(std::move(node));
    }
  }

  void wrong(const Value& value, std::string what) { problems_.add({.place = value.place, .path = path_, .what = std::move(what)}); }

 private:
  // False: a node of other tags, or a problem was told.
  bool read_node(const Value& value, NodeAddress& node) {
    if (value.is_text()) return tags_.empty() && take_url(value, node);
    if (!value.is_object()) return wrong(value, "expected a URL, or a map with one"), false;
    const size_t problems_before = problems_.errors();
    bool wanted = tags_.empty(), located = false;
    for (const schema::Member& member : value.members()) {
      path_.emplace_back(std::string(member.name));
      if (member.name == "url") located = take_url(member.value, node) || located;
      else if (member.name == "tags") wanted = take_tags(member.value) || wanted;
      else if (!take(member.name, member.value, node)) wrong(member.value, "unknown field; there are url, tags, token, headers, ca_cert, client_cert, client_key, tls_skip_verify, timeout");
      path_.pop_back();
    }
    if (!located && problems_.errors() == problems_before) wrong(value, "required field missing: url");
    return wanted && problems_.errors() == problems_before;
  }

  bool take_url(const Value& value, NodeAddress& node) {
    if (!value.is_text()) return wrong(value, "expected a URL"), false;
    const std::string what = parse_url(value.as_text(), node);
    if (!what.empty()) wrong(value, what);
    return what.empty();
  }

  bool take_tags(const Value& value) {
    if (!value.is_array()) return wrong(value, "expected a list of tags"), false;
    bool wanted = false;
    for (const Value& tag : value.items()) {
      if (!tag.is_text()) wrong(tag, "expected a string");
      else wanted = wanted || std::find(tags_.begin(), tags_.end(), tag.as_text()) != tags_.end();
    }
    return wanted;
  }

  // False: there is no such field.
  bool take(std::string_view name, const Value& value, NodeAddress& node) {
    if (name == "token") take_header("Kong-Admin-Token", value, node);
    else if (name == "headers") take_headers(value, node);
    else if (name == "ca_cert") take_pem(value, node.ca_cert);
    else if (name == "client_cert") take_pem(value, node.client_cert);
    else if (name == "client_key") take_pem(value, node.client_key);
    else if (name == "tls_skip_verify") value.kind() == Kind::boolean ? void(node.tls_skip_verify = value.as_boolean()) : wrong(value, "expected a boolean");
    else if (name == "timeout") take_timeout(value, node.timeout_s);
    else return false;
    return true;
  }

  void take_header(std::string_view name, const Value& value, NodeAddress& node) {
    if (!value.is_text()) return wrong(value, "expected a string");
    if (std::string what = add_header(std::string(name) + ":" + std::string(value.as_text()), node); !what.empty()) wrong(value, std::move(what));
  }

  void take_headers(const Value& value, NodeAddress& node) {
    if (!value.is_object()) return wrong(value, "expected a map of names to values");
    for (const schema::Member& member : value.members()) {
      path_.emplace_back(std::string(member.name));
      take_header(member.name, member.value, node);
      path_.pop_back();
    }
  }

  void take_pem(const Value& value, std::string& out) {
    if (!value.is_text() || value.as_text().empty()) return wrong(value, "expected a file, or PEM text");
    const bool is_text = value.as_text().find("-----BEGIN") != std::string_view::npos;
    out = is_text ? std::string(value.as_text()) : (folder_ / value.as_text()).string();
  }

  void take_timeout(const Value& value, int& timeout_s) {
    if (value.kind() != Kind::integer || value.as_integer() < 1 || value.as_integer() > 3600) return wrong(value, "expected seconds from 1 to 3600");
    timeout_s = static_cast<int>(value.as_integer());
  }

  std::filesystem::path folder_;
  const std::vector<std::string>& tags_;
  schema::Problems& problems_;
  schema::Path path_;
};

}  // namespace

schema::Document read_node_file(const std::string& path, const NodeAddress& common, const std::vector<std::string>& tags,
                                const schema::Environment& environment, std::vector<NodeAddress>& nodes, schema::Problems& problems) {
  auto sources = schema::open_sources({path}, problems);
  if (problems.any_error()) return {};
  schema::Document document = schema::read(std::move(sources), problems);
  if (problems.any_error()) return document;
  schema::fill_templates(document, environment, problems);
  NodeFile file(std::filesystem::path(path).parent_path(), tags, problems);
  if (problems.any_error()) return document;
  const Value* list = document.root.find("nodes");
  if (list == nullptr) file.wrong(document.root, "required field missing: nodes");
  else file.read(*list, common, nodes);
  for (const schema::Member& member : document.root.members())
    if (member.name != "nodes") file.wrong(member.value, "unknown field " + std::string(member.name) + "; there is only nodes");
  return document;
}

}  // namespace deckctl
