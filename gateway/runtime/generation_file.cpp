#include "gateway/runtime/generation_file.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <memory>
#include <nlohmann/json.hpp>

namespace runtime {

namespace {

using nlohmann::json;

constexpr std::string_view form = "gateway-generation 1 ";
constexpr size_t digest_digits = 64;

class Sha256 {
 public:
  Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), digest, &size);
    std::string out;
    for (unsigned i = 0; i < size; ++i) out += fmt::format("{:02x}", digest[i]);
    return out;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

std::string record_of(const admin::Generation& generation, const std::vector<schema::Source>& sources) {
  json parts = json::array();
  for (const schema::Source& source : sources)
    parts.push_back(
        {{"name", source.name}, {"syntax", static_cast<int>(source.syntax)}, {"bytes", source.text.size()}});
  const json record = {{"number", generation.number},
                       {"at", generation.at_s},
                       {"hash", generation.hash},
                       {"origin", static_cast<int>(generation.origin)},
                       {"repeats", generation.repeats},
                       {"before", generation.before},
                       {"commit", generation.provenance.commit},
                       {"author", generation.provenance.author},
                       {"synced_by", generation.provenance.synced_by},
                       {"identity", generation.provenance.identity},
                       {"content", generation.content},
                       {"file_digest", generation.file_digest},
                       {"confirm_until", generation.confirm_until_s},
                       {"parts", parts}};
  return record.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

// A number of an enumeration; another version may have more of them.
template <typename Enumeration>
Enumeration one_of(const json& number, Enumeration last) {
  const int value = number;
  if (value < 0 || value > static_cast<int>(last)) throw std::out_of_range("enumeration");
  return static_cast<Enumeration>(value);
}

// The checksum has said that these are our own bytes: what does not fit is another version's, and thrown.
void read_record(const json& record, std::string_view texts, admin::Generation& generation,
                 std::vector<schema::Source>* sources) {
  generation.number = record.at("number");
  generation.at_s = record.at("at");
  generation.hash = record.at("hash");
  generation.origin = one_of(record.at("origin"), admin::Origin::returned);
  generation.repeats = record.at("repeats");
  generation.before = record.at("before");
  generation.provenance = {record.at("commit"), record.at("author"), record.at("synced_by"), record.at("identity")};
  generation.content = record.at("content");
  generation.file_digest = record.at("file_digest");
  generation.confirm_until_s = record.at("confirm_until");
  generation.bytes = texts.size();
  for (const json& part : record.at("parts")) {
    const size_t bytes = part.at("bytes");
    if (bytes > texts.size()) throw std::length_error("parts");
    // Looked at even when nobody wants it: what is listed must be readable.
    const std::string name = part.at("name");
    const schema::Syntax syntax = one_of(part.at("syntax"), schema::Syntax::detect);
    if (sources != nullptr) sources->push_back({name, std::string(texts.substr(0, bytes)), syntax});
    texts.remove_prefix(bytes);
  }
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Sha256 sum;
  sum.add(bytes);
  return sum.hex();
}

std::string digest_of(const std::vector<schema::Source>& sources) {
  Sha256 sum;
  for (const schema::Source& source : sources) {
    sum.add(fmt::format("{}\n", source.text.size()));
    sum.add(source.text);
  }
  return sum.hex();
}

std::string encode(const admin::Generation& generation, const std::vector<schema::Source>& sources) {
  std::string rest = record_of(generation, sources);
  for (const schema::Source& source : sources) rest += source.text;
  return std::string(form) + sha256_hex(rest) + "\n" + rest;
}

bool decode(std::string_view bytes, admin::Generation& generation, std::vector<schema::Source>* sources) {
  const size_t head = form.size() + digest_digits + 1;
  if (bytes.size() < head || !bytes.starts_with(form) || bytes[head - 1] != '\n') return false;
  const std::string_view rest = bytes.substr(head);
  const size_t line = rest.find('\n');
  if (line == rest.npos || bytes.substr(form.size(), digest_digits) != sha256_hex(rest)) return false;
  try {
    read_record(json::parse(rest.substr(0, line)), rest.substr(line + 1), generation, sources);
  } catch (const std::exception&) {
    return false;
  }
  return true;
}

}  // namespace runtime
